from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.base import Call, Reply
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

CAMPAIGNS = vendor("zoho_campaigns", lists={"news": "key-n", "surveys": "key-s"})
CONTACT = json.dumps({"Contact Email": EMAIL})
OK = {"code": "0", "status": "success"}


def says(code: object, message: str = "") -> Callable[[Call], Reply]:
    return lambda _: reply({"code": code, "message": message})


def post(verb: str, **more: str) -> tuple[str, str, dict[str, str]]:
    return "POST", f"/api/v1.1/json/{verb}", {"resfmt": "JSON", **more, "contactinfo": CONTACT}


def test_a_withdrawal_unsubscribes_from_the_list_of_each_purpose() -> None:
    played = play(CAMPAIGNS.script(instruction("withdraw", purposes=("surveys", "news"))), says("0"))
    expected = [post("listunsubscribe", listkey="key-n"), post("listunsubscribe", listkey="key-s")]
    assert [shown(call) for call in played.calls] == expected
    assert {call.api for call in played.calls} == {"listunsubscribe"}
    assert played.result.outcome == "executed"


def test_a_withdrawal_of_all_purposes_goes_into_the_do_not_mail_registry() -> None:
    played = play(
        CAMPAIGNS.script(instruction("withdraw", all_purposes=True)), says(0, "User already in Do-Not-Mail.")
    )
    assert [shown(call) for call in played.calls] == [post("contactdonotmail")]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "do_not_mail")


def test_a_grant_is_accepted_and_waits_for_the_person() -> None:
    played = play(CAMPAIGNS.script(instruction("grant")), says("0"))
    assert [shown(call) for call in played.calls] == [post("listsubscribe", listkey="key-n")]
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "pending_opt_in")


@pytest.mark.parametrize(
    ("code", "message"), [("2006", ""), ("1", "Contact is in Do-Not-Mail registry"), ("0", "do-not-mail")]
)
def test_a_grant_to_somebody_in_do_not_mail_is_a_task(code: str, message: str) -> None:
    played = play(CAMPAIGNS.script(instruction("grant")), says(code, message))
    assert (played.result.outcome, played.result.reason) == ("manual_task", "do_not_mail_in_force")


def test_a_deletion_ends_as_a_task_after_do_not_mail() -> None:
    played = play(CAMPAIGNS.script(instruction("delete")), says("0"))
    assert [shown(call) for call in played.calls] == [post("contactdonotmail")]
    assert (played.result.outcome, played.result.reason) == ("manual_task", "no_delete_call")


def test_a_contact_that_zoho_does_not_know_is_no_match() -> None:
    assert play(CAMPAIGNS.script(instruction("withdraw")), says("2103")).result.outcome == "no_match"


def test_a_purpose_without_a_list_is_not_passed_over() -> None:
    withdrawn = play(CAMPAIGNS.script(instruction("withdraw", purposes=("news", "other"))), says("0"))
    assert [shown(call) for call in withdrawn.calls] == [post("listunsubscribe", listkey="key-n")]
    assert withdrawn.result.reason == "no_list_for_purpose"
    granted = play(CAMPAIGNS.script(instruction("grant", purposes=("news", "other"))), says("0"))
    assert (granted.calls, granted.result.reason) == ([], "no_list_for_purpose")


@pytest.mark.parametrize(
    "email", ["a}b@x.test", "a,b@x.test", "a{b@x.test", 'a"b@x.test', "a:b@x.test", "a\\b@x.test", "a b@x.test"]
)
@pytest.mark.parametrize("all_purposes", [True, False])
def test_an_address_with_signs_of_the_format_is_refused_and_never_sent(email: str, all_purposes: bool) -> None:  # noqa: FBT001
    played = play(CAMPAIGNS.script(instruction("withdraw", emails=(email,), all_purposes=all_purposes)), says("0"))
    assert played.calls == []
    assert isinstance(played.result, VendorRefused)
    assert str(played.result) == "identity_not_encodable"


@pytest.mark.parametrize("email", ["o'brien+x(y)@example.test", "émile@example.test", "a&listkey=b@example.test"])
def test_any_other_address_is_one_value_of_the_json(email: str) -> None:
    played = play(CAMPAIGNS.script(instruction("withdraw", emails=(email,))), says("0"))
    assert json.loads((played.calls[0].form or {})["contactinfo"]) == {"Contact Email": email}


@pytest.mark.parametrize(
    ("body", "status", "kind", "retry_after"),
    [
        ({"code": "2101"}, 200, VendorUnavailable, None),
        ({"code": "2104"}, 200, VendorUnavailable, None),
        ({"code": 1007}, 200, VendorAuthRejected, None),
        ({"code": "6601"}, 200, VendorAuthRejected, None),
        ({"code": "9", "message": "Unauthorized request."}, 200, VendorAuthRejected, None),
        ({"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"}}, 400, VendorUnavailable, 1800),
        ({"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"}}, 200, VendorUnavailable, 1800),
        ({}, 429, VendorUnavailable, 1800),
    ],
)
def test_what_the_body_says_counts_more_than_the_status(
    body: object, status: int, kind: type[Exception], retry_after: float | None
) -> None:
    fault = CAMPAIGNS.fault(reply(body, status))
    assert isinstance(fault, kind)
    assert getattr(fault, "retry_after", None) == retry_after


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"0"', b'{"code":"0"}'])
def test_anything_else_is_no_fault_by_itself(body: bytes) -> None:
    assert CAMPAIGNS.fault(Reply(200, {}, body)) is None


def test_a_wrong_list_key_stops_the_lane_and_other_codes_refuse_the_person() -> None:
    wrong = play(CAMPAIGNS.script(instruction("withdraw")), says("2102")).result
    assert isinstance(wrong, VendorAuthRejected)
    bad = play(CAMPAIGNS.script(instruction("grant")), says("2004")).result
    assert (type(bad), bad.reason) == (VendorRefused, "zoho_2004")


def test_without_an_address_nobody_can_be_found() -> None:
    assert isinstance(play(CAMPAIGNS.script(instruction("grant", emails=())), says("0")).result, MissingIdentity)


def test_the_limit_stays_below_the_lock_out() -> None:
    for api, seconds, calls in (
        ("listunsubscribe", 300, 500),
        ("contactdonotmail", 300, 500),
        ("listsubscribe", 60, 500),
    ):
        (window,) = (one for one in CAMPAIGNS.limits if one.covers(api) and one.seconds == seconds)
        assert (window.calls < calls, window.lock_s) == (True, 1800)
