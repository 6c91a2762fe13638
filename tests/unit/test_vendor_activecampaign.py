from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, Played, instruction, play, reply, vendor

from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Answer, Call, Instruction
    from schemas.records import Action

LISTS = {"news": "7", "surveys": "8"}
AC = vendor("activecampaign", account="acme", lists=LISTS)
ONE = {"1": EMAIL}


def ask(contacts: dict[str, str], on: dict[str, dict[str, str]], **own: Answer) -> Any:
    """ActiveCampaign with these contacts; `on`: contact → list → status; own: answers by kind of call."""

    def answer(call: Call) -> Answer:
        match call.method, call.path.split("/")[3:]:
            case "GET", ["contacts"]:
                return reply({"contacts": [{"id": one, "email": email} for one, email in contacts.items()]})
            case "GET", ["contacts", contact, "contactLists"]:
                return reply({"contactLists": [{"list": k, "status": v} for k, v in on.get(contact, {}).items()]})
            case "GET", ["lists", name]:
                return own.get("list_", reply({"list": {"id": name}}))
            case "POST", ["contacts"]:
                return own.get("made", reply({"contact": {"id": "99"}}, 201))
            case "POST", _:
                return own.get("put", reply({"contactList": {"status": int(call.json["contactList"]["status"])}}))
        return own.get("deleted", reply({}))

    return answer


def do(one: Instruction, contacts: dict[str, str], on: dict[str, dict[str, str]], **own: Answer) -> Played:
    return play(AC.script(one), ask(contacts, on, **own))


def changes(played: Played) -> list[tuple[str, str, Any]]:
    return [(call.method, call.path, call.json) for call in played.calls if call.method != "GET"]


def put(contact: str, name: str, status: str, **more: Any) -> tuple[str, str, Any]:
    return (
        "POST",
        "/api/3/contactLists",
        {"contactList": {"list": name, "contact": contact, "status": status, **more}},
    )


def test_a_withdrawal_reaches_every_contact_with_the_address_on_the_list_and_nobody_else() -> None:
    contacts = {"1": EMAIL, "2": EMAIL.upper(), "3": f"x{EMAIL}"}
    on = {"1": {"7": "1", "8": "1"}, "2": {"7": "0"}, "3": {"7": "1"}}
    played = do(instruction("withdraw"), contacts, on)
    assert changes(played) == [put("1", "7", "2"), put("2", "7", "2")]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "lists=2")


def test_a_withdrawal_of_everything_is_one_of_every_list_that_the_contact_is_on() -> None:
    played = do(instruction("withdraw", all_purposes=True), ONE, {"1": {"7": "1", "55": "1", "56": "91"}})
    assert changes(played) == [put("1", "7", "2"), put("1", "55", "2")]


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_status_that_was_set_is_no_failure_for_its_201(action: Action) -> None:
    played = do(instruction(action), ONE, {"1": {"7": "1" if action == "withdraw" else "2"}})
    assert [call.expect for call in played.calls if call.method == "POST"] == [{200, 201}]


@pytest.mark.parametrize("most", [20, 100, 1000])
def test_lists_beyond_a_page_are_left_too_whatever_its_size_and_whether_it_is_heeded(most: int) -> None:
    on = {str(number): "1" for number in range(230)}

    def paged(call: Call) -> Any:
        if not call.path.endswith("/1/contactLists"):
            return ask(ONE, {})(call)
        begin = int(call.params["offset"]) if most < len(on) else 0
        shown = list(on)[begin : begin + min(most, len(on))]
        return reply({"contactLists": [{"list": name, "status": "1"} for name in shown]})

    played = play(AC.script(instruction("withdraw", all_purposes=True)), paged)
    assert {change[2]["contactList"]["list"] for change in changes(played)} == set(on)


def test_a_stranger_is_no_match() -> None:
    for action in ("withdraw", "delete"):
        for all_purposes in (True, False):
            played = do(instruction(action, all_purposes=all_purposes), {}, {})
            assert (played.result.outcome, changes(played)) == ("no_match", [])
    elsewhere = do(instruction("withdraw"), ONE, {"1": {"8": "1"}})
    assert (elsewhere.result.outcome, changes(elsewhere)) == ("no_match", [])


def test_a_wrong_list_stops_the_lane_and_is_nobodys_absence() -> None:
    gone = reply({"message": "No Result found for _List with id 7"}, 404)
    for action in ("withdraw", "grant"):
        came = do(instruction(action), {}, {}, list_=gone).result
        assert (type(came), came.reason) == (VendorAuthRejected, "list_not_found")


def test_a_deletion_notes_the_contacts_and_a_redo_takes_the_404_in_its_words_as_gone() -> None:
    played = do(instruction("delete"), {"1": EMAIL, "4": EMAIL}, {})
    assert changes(played) == [("DELETE", "/api/3/contacts/1", None), ("DELETE", "/api/3/contacts/4", None)]
    assert [note.refs for note in played.notes] == [("1", "4")]
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "contacts=2")
    assert played.result.evidence.vendor_limit_s == 30 * 86_400, "so long an admin may restore it"
    gone = reply({"message": "No result found for contact with id 1"}, 404)
    redo = do(instruction("delete", refs=("1",)), {}, {}, deleted=gone)
    assert (redo.result.outcome, redo.notes, len(changes(redo))) == ("accepted", [], 1)


@pytest.mark.parametrize("body", [{}, {"message": "Not here"}, {"error": "no route"}])
def test_a_404_in_any_other_words_is_no_deletion(body: dict[str, Any]) -> None:
    came = do(instruction("delete"), ONE, {}, deleted=reply(body, 404)).result
    assert (type(came), came.reason) == (VendorRefused, "http_404")


def test_a_200_that_says_anything_is_no_deletion() -> None:
    with pytest.raises(ValueError, match="deletion"):  # of which the engine makes answer_not_understood
        do(instruction("delete"), ONE, {}, deleted=reply({"message": "no"}))


def test_a_grant_subscribes_makes_a_contact_of_a_stranger_and_leaves_subscribers_alone() -> None:
    stranger = do(instruction("grant", all_purposes=True), {}, {})
    made = ("POST", "/api/3/contacts", {"contact": {"email": EMAIL}})
    assert changes(stranger) == [made, put("99", "7", "1")]
    assert stranger.result.outcome == "executed"
    left = do(instruction("grant"), ONE, {"1": {"7": "2"}})
    assert changes(left) == [put("1", "7", "1", sourceid=4)], "who comes back is told as such"
    there = do(instruction("grant"), ONE, {"1": {"7": "1"}})
    assert (changes(there), there.result.outcome) == ([], "executed")


@pytest.mark.parametrize(("status", "reason"), [("0", "awaits_confirmation"), ("3", "bounced")])
def test_a_confirmation_is_never_skipped_and_a_bounce_never_lifted(status: str, reason: str) -> None:
    played = do(instruction("grant", purposes=("news", "surveys")), ONE, {"1": {"7": status}})
    assert changes(played) == [put("1", "8", "1")], "the other list is as granted"
    assert (played.result.outcome, played.result.reason) == ("manual_task", reason)


@pytest.mark.parametrize(
    ("body", "kind"),
    [({"errors": [{"code": "duplicate"}]}, VendorUnavailable), ({"errors": [{"code": "x"}]}, VendorRefused)],
)
def test_a_contact_that_cant_be_made_is_no_success(body: dict[str, Any], kind: type) -> None:
    came = do(instruction("grant"), {}, {}, made=reply(body, 422)).result
    assert (type(came), came.reason) == (kind, "contact_not_made")


def test_a_change_that_the_answer_does_not_show_is_none() -> None:
    came = do(instruction("withdraw"), ONE, {"1": {"7": "1"}}, put=reply({"contactList": {"status": 1}})).result
    assert (type(came), came.reason) == (VendorRefused, "status_not_taken")


def test_an_id_that_is_no_number_becomes_no_path() -> None:
    with pytest.raises(ValueError, match="id"):
        do(instruction("delete"), {"../lists/7": EMAIL}, {})


@pytest.mark.parametrize(
    ("action", "contacts", "on", "came"),
    [
        ("delete", {}, {}, "verified"),
        ("delete", ONE, {}, "found_again"),
        ("withdraw", ONE, {"1": {"7": "2", "8": "1"}}, "verified"),
        ("withdraw", ONE, {"1": {"7": "1"}}, "subscribed_again"),
        ("withdraw", ONE, {"1": {"7": "0"}}, "subscribed_again"),
    ],
)
def test_reading_back_changes_nothing(
    action: Action, contacts: dict[str, str], on: dict[str, dict[str, str]], came: str
) -> None:
    played = play(AC.read_back(instruction(action)), ask(contacts, on))
    assert {call.method for call in played.calls} == {"GET"}
    match played.result:
        case Result(outcome=word) | Undone(VendorError(reason=word)):
            assert word == came


def test_a_purpose_without_a_list_is_not_passed_over() -> None:
    withdrawn = do(instruction("withdraw", purposes=("news", "other")), ONE, {"1": {"7": "1"}})
    assert (len(changes(withdrawn)), withdrawn.result.reason) == (1, "no_list_for_purpose")
    granted = do(instruction("grant", purposes=("news", "other")), ONE, {})
    assert (granted.calls, granted.result.reason) == ([], "no_list_for_purpose")


def test_the_account_is_a_part_of_the_host_and_nothing_else() -> None:
    assert AC.url == "https://acme.api-us1.com"
    for wrong in ("", "acme.evil.example/", "ACME", "-a"):
        with pytest.raises(ValidationError):
            vendor("activecampaign", account=wrong, lists=LISTS)
