from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer, Call, Reply

LISTS = {"news": "7001", "surveys": "7002"}
ACCOUNT = {"account_id": "1234567890", "lists": LISTS}
ADS = vendor("google_ads", **ACCOUNT, other_lists=["7003"], terms_accepted=True)
REMOVE, INGEST = "/v1/audienceMembers:remove", "/v1/audienceMembers:ingest"
GRANTED = {
    "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
    "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
}


def sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def sent(lists: tuple[str, ...], *names: dict[str, str], **more: Any) -> dict[str, Any]:
    account = {"accountType": "GOOGLE_ADS", "accountId": "1234567890"}
    return {
        "destinations": [{"operatingAccount": account, "productDestinationId": one} for one in lists],
        "audienceMembers": [{"userData": {"userIdentifiers": [name]}} for name in names],
        "encoding": "HEX",
        **more,
    }


def taken(_: Call) -> Reply:
    return reply({"requestId": "r-1"})


def carried(*asked: Any, answer: Callable[[Call], Answer] = taken) -> tuple[list[Any], dict[str, Any]]:
    played = play(ADS.batch_script(asked), answer)
    return [shown(call) for call in played.calls], played.result


MAIL = {"emailAddress": sha(EMAIL)}


def test_one_request_is_about_all_lists_that_are_meant() -> None:
    assert carried(instruction("withdraw"))[0] == [("POST", REMOVE, sent(("7001",), MAIL))]
    every = ("7001", "7002", "7003")
    assert carried(instruction("withdraw", all_purposes=True))[0] == [("POST", REMOVE, sent(every, MAIL))]
    assert carried(instruction("delete"))[0] == [("POST", REMOVE, sent(every, MAIL))]
    assert carried(instruction("grant"))[0] == [("POST", INGEST, sent(("7001",), MAIL, **GRANTED))]


def test_what_is_taken_in_is_asked_about_later_by_the_requests_id() -> None:
    for action in ("grant", "withdraw", "delete"):
        result = carried(instruction(action))[1]["d1"]
        assert (result.outcome, result.later.job_id, result.later.refs) == ("accepted", "r-1", ("r-1",))
        assert result.evidence.job_id == "r-1"


def test_a_gmail_address_is_taken_off_in_both_ways_of_writing_and_put_on_in_one() -> None:
    asked = {"emails": ("A.nn+News@Gmail.com",), "more": (("phone", "+49 151 1234567"),)}
    mail, plain = {"emailAddress": sha("ann@gmail.com")}, {"emailAddress": sha("a.nn+news@gmail.com")}
    phone = {"phoneNumber": sha("+491511234567")}
    ((_, _, removed),), _ = carried(instruction("withdraw", **asked))  # type: ignore[arg-type]
    assert removed == sent(("7001",), mail, phone, plain)
    ((_, _, put),), _ = carried(instruction("grant", **asked))  # type: ignore[arg-type]
    assert put == sent(("7001",), mail, phone, **GRANTED)


def test_people_with_the_same_lists_share_a_request_and_others_have_their_own() -> None:
    asked = [
        instruction("withdraw", delivery_id="d1"),
        instruction("withdraw", delivery_id="d2", emails=("bob@x.test",)),
        instruction("withdraw", delivery_id="d3", emails=("cy@x.test",), purposes=("surveys",)),
        instruction("withdraw", delivery_id="d4", emails=()),
    ]
    calls, ended = carried(*asked)
    assert [len(body["audienceMembers"]) for _, _, body in calls] == [2, 1]
    assert isinstance(ended["d4"], MissingIdentity)
    assert {ended[who].outcome for who in ("d1", "d2", "d3")} == {"accepted"}


def test_without_accepted_terms_a_grant_is_a_task_and_a_withdrawal_is_carried_out() -> None:
    strict = vendor("google_ads", **ACCOUNT)
    played = play(strict.batch_script([instruction("grant")]), taken)
    assert (played.calls, played.result["d1"].outcome) == ([], "manual_task")
    assert play(strict.batch_script([instruction("withdraw")]), taken).result["d1"].outcome == "accepted"


def test_a_manager_account_is_named_where_it_is_configured() -> None:
    managed = vendor("google_ads", **ACCOUNT, login_account_id="9876543210")
    body = play(managed.batch_script([instruction("withdraw")]), taken).calls[0].json
    assert body["destinations"][0]["loginAccount"] == {"accountType": "GOOGLE_ADS", "accountId": "9876543210"}


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_no_list_is_ever_emptied(action: Any) -> None:
    for whole in (False, True):
        calls, _ = carried(instruction(action, all_purposes=whole), instruction(action, delivery_id="d2", emails=()))
        assert calls
        for _, path, body in calls:
            assert path in {REMOVE, INGEST}
            assert body["audienceMembers"]
            assert all(one["userData"]["userIdentifiers"] for one in body["audienceMembers"])


def test_more_lists_than_a_request_takes_are_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="another connection"):
        vendor("google_ads", **ACCOUNT, other_lists=[str(n) for n in range(9)])
    for wrong in ("123-456-7890", "12345"):
        with pytest.raises(ValidationError):
            vendor("google_ads", account_id=wrong, lists=LISTS)


def asked_about(*statuses: dict[str, Any] | str, people: int = 1) -> dict[str, Any]:
    each = [one if isinstance(one, dict) else {"requestStatus": one} for one in statuses]
    about = [instruction("withdraw", delivery_id=f"d{n}", refs=("r-1",)) for n in range(people)]
    played = play(ADS.poll(about), lambda _: reply({"requestStatusPerDestination": each}))
    assert [shown(call) for call in played.calls] == [
        ("GET", "/v1/requestStatus:retrieve", {"requestId": "r-1"}),
    ]
    return dict(played.result)


def test_a_request_has_ended_well_when_each_of_its_lists_has() -> None:
    ended = asked_about("SUCCESS", "SUCCESS")["d0"]
    assert (ended.outcome, ended.later, ended.evidence.detail) == ("executed", None, "destinations=2")
    for running in (("SUCCESS", "PROCESSING"), ("REQUEST_STATUS_UNKNOWN",)):
        still = asked_about(*running)["d0"]
        assert (still.outcome, still.later.refs) == ("accepted", ("r-1",))


def test_a_request_without_a_list_proves_nothing() -> None:
    assert isinstance(asked_about()["d0"], VendorUnavailable)


def failed(status: str, reason: str = "") -> dict[str, Any]:
    why = {"errorInfo": {"errorCounts": [{"recordCount": "1", "reason": f"PROCESSING_ERROR_REASON_{reason}"}]}}
    return {"requestStatus": status, **(why if reason else {})}


@pytest.mark.parametrize("status", ["FAILED", "FAILURE", "PARTIAL_SUCCESS"])
def test_what_has_failed_is_done_anew_unless_it_is_clear_that_it_would_fail_again(status: str) -> None:
    alone = asked_about("SUCCESS", failed(status, "INVALID_FORMAT"))["d0"]
    assert isinstance(alone, Undone)
    assert (type(alone.error), alone.error.reason) == (VendorRefused, "invalid_format")
    passing = asked_about(failed(status, "INTERNAL_ERROR"))["d0"].error
    assert (type(passing), passing.reason, passing.lane_wide) == (VendorUnavailable, "internal_error", False)
    shared = asked_about(failed(status), people=2)
    assert {(type(one.error), one.error.reason) for one in shared.values()} == {(VendorUnavailable, "request_failed")}


def test_of_several_requests_each_person_has_their_own() -> None:
    about = [instruction("withdraw", delivery_id=who, refs=(ref,)) for who, ref in (("d1", "r-1"), ("d2", "r-2"))]

    def answer(call: Call) -> Reply:
        ends = "SUCCESS" if call.params["requestId"] == "r-1" else "PROCESSING"
        return reply({"requestStatusPerDestination": [{"requestStatus": ends}]})

    ended = play(ADS.poll(about), answer).result
    assert [isinstance(one, Result) and one.outcome for one in ended.values()] == ["executed", "accepted"]


def details(*reasons: str) -> dict[str, Any]:
    violations = [{"field": "destinations", "reason": reason} for reason in reasons]
    return {"error": {"code": 400, "details": [{"reason": "INVALID_ARGUMENT"}, {"fieldViolations": violations}]}}


@pytest.mark.parametrize(
    "reason",
    [
        "INVALID_USER_LIST_ID",
        "TERMS_AND_CONDITIONS_NOT_SIGNED",
        "NOT_ALLOWLISTED",
        "DESTINATION_ACCOUNT_TYPE_MISMATCH",
        "USER_LIST_MUTATION_NOT_SUPPORTED",
        "SENSITIVE_USER_LIST_IMMUTABLE",
        "ADVERTISER_NOT_ALLOWLISTED_FOR_UPLOADED_DATA",
        "DATA_PARTNER_USER_LIST_MUTATE_NOT_ALLOWED",
    ],
)
def test_what_is_wrong_for_everybody_stops_the_lane_and_blames_nobody(reason: str) -> None:
    fault = ADS.fault(reply(details(reason), 400))
    assert (type(fault), fault.reason if fault else None) == (VendorAuthRejected, reason.lower())


@pytest.mark.parametrize("body", [details("INVALID_SHA256_FORMAT"), {"error": {}}, {"error": "x"}, [], None])
def test_any_other_is_left_to_the_engine(body: Any) -> None:
    assert ADS.fault(reply(body, 400)) is None


def test_a_minutes_limit_is_waited_for() -> None:
    fault = ADS.fault(reply({"error": {"status": "RESOURCE_EXHAUSTED"}}, 429))
    assert isinstance(fault, VendorUnavailable)
    assert (fault.reason, fault.retry_after) == ("limit_reached", 60.0)
