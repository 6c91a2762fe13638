from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    Plays = Callable[[Call], Reply]

SALESFORCE = vendor("salesforce", domain="acme")
MASKING = vendor("salesforce", domain="acme", erase="mask", also={"Contact": ["Hobby__c"]})
ANN, OTHER, LEAD = "003000000000001AAA", "003000000000002AAA", "00Q000000000001AAA"
DAY_S = 86_400


def row(
    number: str = ANN, email: str | None = EMAIL, *, out: bool = False, master: str | None = None
) -> dict[str, Any]:
    return {"Id": number, "Email": email, "HasOptedOutOfEmail": out, "IsDeleted": False, "MasterRecordId": master}


def binned(number: str = ANN, *, master: str | None = None) -> dict[str, Any]:
    return {**row(number, master=master), "IsDeleted": True}


def ids(call: Call) -> list[str]:
    return [one["id"] for one in call.json["records"]] if call.json else call.params["ids"].split(",")


def salesforce(*rows: dict[str, Any], codes: dict[str, str] | None = None) -> Plays:
    """Plays Salesforce with these records; codes: record → why it isn't changed."""

    def answer(call: Call) -> Reply:
        if call.method == "GET":
            query = call.params["q"]
            kind = "00Q" if "FROM Lead" in query else "003"
            hits = [one for one in rows if one["Id"].startswith(kind) and ("Email IN" in query or one["Id"] in query)]
            return reply({"totalSize": len(hits), "done": True, "records": hits})
        said = [(one, (codes or {}).get(one)) for one in ids(call)]
        return reply([failed(code) if code else {"id": one, "success": True, "errors": []} for one, code in said])

    return answer


def failed(code: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": "-", "fields": []}]}


def done(action: Any, answer: Plays, of: Any = SALESFORCE, **more: Any) -> Any:
    return play(of.script(instruction(action, **more)), answer)


def test_both_switches_reach_every_lead_and_contact_with_the_address() -> None:
    for action, out in (("withdraw", True), ("grant", False)):
        played = done(action, salesforce(row(), row(OTHER, EMAIL.upper()), row(LEAD)))
        *_, change = played.calls
        assert (change.method, change.path) == ("PATCH", "/services/data/v62.0/composite/sobjects")
        assert change.json == {
            "allOrNone": False,
            "records": [
                {"attributes": {"type": kind}, "id": number, "HasOptedOutOfEmail": out}
                for kind, number in (("Contact", ANN), ("Contact", OTHER), ("Lead", LEAD))
            ],
        }
        assert (played.result.outcome, played.result.evidence.detail) == ("executed", "records=3")


@pytest.mark.parametrize(
    ("email", "text"),
    [
        ("o'neil@x.test", "'o\\'neil@x.test'"),
        ("x') OR Email != ('", "'x\\') OR Email != (\\''"),
        ("x\\') OR Name LIKE ('%", "'x\\\\\\') OR Name LIKE (\\'%'"),
    ],
)
def test_nothing_in_an_address_ends_its_text_in_the_query(email: str, text: str) -> None:
    played = done("withdraw", salesforce(), emails=(email,))
    assert [call.params["q"].partition(" WHERE ")[2] for call in played.calls] == [f"Email IN ({text})"] * 2
    assert played.result.outcome == "no_match"


def test_an_address_that_no_query_can_hold_is_refused_before_any_call() -> None:
    played = done("delete", salesforce(row()), emails=("a\n@x.test",))
    assert (played.calls, played.result.reason) == ([], "unprintable_in_query")


def test_whom_a_query_gives_beyond_the_address_is_left_alone() -> None:
    for action in ("grant", "withdraw", "delete"):
        played = done(action, salesforce(row(email=f"x{EMAIL}"), row(OTHER, None)))
        assert (played.result.outcome, len(played.calls)) == ("no_match", 2)


def test_a_merged_record_leads_to_the_one_into_which_it_was_merged() -> None:
    played = done("withdraw", salesforce(binned(master=OTHER), row(OTHER, "new@example.test")))
    # The play answers a query by address with everything: who has another address is found by the id alone.
    assert f"Id IN ('{OTHER}')" in played.calls[2].params["q"]
    assert ids(played.calls[3]) == [OTHER]
    endless = done("delete", salesforce(binned(master=OTHER), {**binned(OTHER, master=ANN), "Email": None}))
    assert endless.result.reason == "merged_too_often"


def test_a_deletion_is_noted_first_and_counts_as_accepted_while_it_can_be_restored() -> None:
    played = done("delete", salesforce(row(), row(LEAD)))
    assert [step if isinstance(step, Call) else step.refs for step in played.steps][2] == (
        f"Contact:{ANN}",
        f"Lead:{LEAD}",
    )
    *_, erased = played.calls
    assert (erased.method, dict(erased.params)) == ("DELETE", {"ids": f"{ANN},{LEAD}", "allOrNone": "false"})
    assert (played.result.outcome, played.result.evidence.vendor_limit_s) == ("accepted", 15 * DAY_S)


def test_a_redo_of_a_deletion_finds_it_done() -> None:
    refs = (f"Contact:{ANN}",)
    inside = done("delete", salesforce(binned()), refs=refs)
    assert (inside.result.outcome, len(inside.calls)) == ("accepted", 2)
    meanwhile = done("delete", salesforce(row(), codes={ANN: "ENTITY_IS_DELETED"}), refs=refs)
    assert meanwhile.result.outcome == "accepted"


def test_masking_writes_over_the_fields_and_a_redo_knows_the_record_without_its_address() -> None:
    for played in (
        done("delete", salesforce(row(), row(LEAD)), MASKING),
        done("delete", salesforce(), MASKING, refs=(f"Contact:{ANN}", f"Lead:{LEAD}")),
    ):
        contact, lead = played.calls[-1].json["records"]
        for fields in (contact, lead):
            assert fields["LastName"] == "erased"
            assert fields["HasOptedOutOfEmail"] is True
            assert {fields[name] for name in ("Email", "FirstName", "Phone", "MobilePhone")} == {None}
        assert {contact[name] for name in ("MailingStreet", "Birthdate", "Hobby__c")} == {None}
        assert (lead["Company"], lead["Street"], "Hobby__c" in lead) == ("erased", None, False)
        assert played.result.outcome == "executed"
    assert done("delete", salesforce(row(), binned(OTHER)), MASKING).result.outcome == "accepted"


def test_masking_closes_as_executed_and_is_looked_at_an_hour_later() -> None:
    assert (MASKING.can["delete"].closing, MASKING.can["delete"].read_back_s) == ("executed", 3600)
    assert (SALESFORCE.can["delete"].closing, SALESFORCE.can["delete"].read_back_s) == ("accepted", 17 * DAY_S)


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("UNABLE_TO_LOCK_ROW", VendorUnavailable, "unable_to_lock_row"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", VendorRefused, "field_custom_validation_exception"),
        ("DELETE_FAILED", VendorRefused, "delete_failed"),
        (EMAIL, VendorRefused, "unknown_code"),
    ],
)
def test_one_record_that_failed_inside_a_200_is_no_success(
    action: Any, code: str, kind: type[VendorError], reason: str
) -> None:
    came = done(action, salesforce(row(), row(LEAD), codes={LEAD: code})).result
    assert (type(came), came.reason) == (kind, reason)


def test_what_went_meanwhile_is_looked_up_again_before_a_change() -> None:
    came = done("withdraw", salesforce(row(), codes={ANN: "ENTITY_IS_DELETED"})).result
    assert (type(came), came.lane_wide) == (VendorUnavailable, False)


@pytest.mark.parametrize(
    "said", [[], [{"id": OTHER, "success": True, "errors": []}], [{"id": ANN, "success": True}] * 2]
)
def test_a_record_without_a_result_of_its_own_is_not_done(said: Any) -> None:
    def answer(call: Call) -> Reply:
        return salesforce(row())(call) if call.method == "GET" else reply(said)

    for action in ("grant", "withdraw", "delete"):
        assert isinstance(done(action, answer).result, VendorRefused)


def test_a_converted_lead_that_nobody_may_change_is_a_task_unless_it_is_as_wanted() -> None:
    code = {LEAD: "CANNOT_UPDATE_CONVERTED_LEAD"}
    for played in (
        done("withdraw", salesforce(row(), row(LEAD), codes=code)),
        done("grant", salesforce(row(), row(LEAD, out=True), codes=code)),
        done("delete", salesforce(row(), row(LEAD), codes=code), MASKING),
    ):
        assert (played.result.outcome, played.result.reason) == ("manual_task", "converted_lead")
        assert ids(played.calls[-1]) == [ANN, LEAD]
    assert done("withdraw", salesforce(row(LEAD, out=True), codes=code)).result.outcome == "executed"


def test_too_many_records_are_nobody() -> None:
    crowd = [row(f"003{number:012d}AAA") for number in range(201)]
    assert done("delete", salesforce(*crowd)).result.reason == "too_many_records"
    page = {"totalSize": 3000, "done": False, "nextRecordsUrl": "/x", "records": [row()]}
    assert done("delete", lambda _: reply(page)).result.reason == "too_many_records"


@pytest.mark.parametrize("number", [None, "", "a/b", f"{ANN},{OTHER}", EMAIL])
def test_what_is_no_records_id_goes_into_no_call(number: Any) -> None:
    with pytest.raises(ValueError, match="record's id"):
        done("delete", lambda _: reply({"done": True, "records": [row(number)]}))


def test_what_was_done_is_read_back() -> None:
    def read(action: Any, *rows: dict[str, Any]) -> Any:
        return play(SALESFORCE.read_back(instruction(action)), salesforce(*rows)).result

    assert read("withdraw", row(out=True), row(LEAD, out=True)).outcome == "verified"
    assert isinstance(read("withdraw", row(out=True), row(LEAD)), Undone)
    assert read("delete").outcome == "verified"
    assert isinstance(read("delete", row(), binned(OTHER)), Undone)
    assert read("delete", binned()).reason == "still_in_recycle_bin"


@pytest.mark.parametrize(
    ("status", "code", "message", "kind", "wait"),
    [
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", VendorUnavailable, 300.0),
        (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.", VendorUnavailable, None),
        (400, "INVALID_FIELD", "No such column 'HasOptedOutOfEmail'", VendorAuthRejected, None),
    ],
)
def test_a_limit_and_a_wrong_set_up_blame_nobody(
    status: int, code: str, message: str, kind: type[VendorError], wait: float | None
) -> None:
    fault = SALESFORCE.fault(reply([{"errorCode": code, "message": message}], status))
    assert (type(fault), getattr(fault, "retry_after", None)) == (kind, wait)
    assert SALESFORCE.fault(reply([{"errorCode": "INSUFFICIENT_ACCESS"}], 403)) is None
    assert SALESFORCE.fault(reply({"message": "x"}, 400)) is None


@pytest.mark.parametrize("domain", ["", "acme.my.salesforce.com", "acme/", "x@evil.test", "ACME", "-"])
def test_a_domain_names_a_host_of_salesforces_and_no_other(domain: str) -> None:
    with pytest.raises(ValidationError):
        vendor("salesforce", domain=domain)


def test_a_sandbox_has_its_own_hosts() -> None:
    sandbox = vendor("salesforce", domain="acme--uat.sandbox", login="test")
    assert sandbox.url == "https://acme--uat.sandbox.my.salesforce.com"
    assert sandbox.token_url == "https://test.salesforce.com/services/oauth2/token"
    assert sandbox.token_audience == "https://test.salesforce.com"
