from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Call, Reply

BOOKS = vendor("zoho_books", organization_id="42", keep_years=10)
PERSON = {"contact_person_id": "91", "email": EMAIL.upper()}
OTHER = {"contact_person_id": "92", "email": f"x{EMAIL}"}
IN_USE = (400, {"code": 3000, "message": "These contacts cannot be deleted"})
GONE = (404, {"code": 1002, "message": "Contact does not exist."})
OK: tuple[int, dict[str, Any]] = (200, {"code": 0, "message": "success"})


class Books:
    """Zoho with these contacts; `says` answers calls that change something, by method and path."""

    def __init__(self, contacts: dict[str, dict[str, Any]], **says: tuple[int, dict[str, Any]]) -> None:
        self.contacts = contacts
        self.says = says

    def __call__(self, call: Call) -> Reply:
        assert call.params["organization_id"] == "42"
        path = call.path.removeprefix("/books/v3")
        if path == "/contacts":
            assert call.params["filter_by"] == "Status.All"
            rows = [{"contact_id": int(key), "email": "first@x.test"} for key in self.contacts]
            return reply(OK[1] | {"contacts": rows, "page_context": {"has_more_page": False}})
        if path == "/invoices":
            return reply(OK[1] | {"invoices": [{"date": "2021-02-03"}, {"date": "2024-12-31"}]})
        if path == "/bills":
            return reply(OK[1] | {"bills": []})
        if call.method == "GET":
            return reply(OK[1] | {"contact": self.contacts[path.rpartition("/")[2]]})
        status, body = self.says.get(f"{call.method}_{path.rpartition('/')[2]}", OK)
        return reply(body | {"contact": {"last_modified_time": "2026-05-06T07:08:09+0000"}}, status)


def changes(calls: list[Call]) -> list[str]:
    return [f"{call.method} {call.path.removeprefix('/books/v3')}" for call in calls if call.method != "GET"]


def test_a_contact_of_a_person_is_noted_and_then_deleted() -> None:
    played = play(BOOKS.script(instruction("delete")), Books({"7": {"contact_persons": [PERSON]}}))
    assert changes(played.calls) == ["DELETE /contacts/7"]
    assert [note.refs for note in played.notes] == [("contact:7",)]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "records=1")


def test_a_contact_with_transactions_is_masked_and_retained_until_its_documents_may_go() -> None:
    books = Books({"7": {"contact_persons": [PERSON]}}, DELETE_7=IN_USE)
    played = play(BOOKS.script(instruction("delete")), books)
    assert changes(played.calls) == ["DELETE /contacts/7", "PUT /contacts/7", "POST /contacts/7/inactive"]
    mask = next(call.json for call in played.calls if call.method == "PUT")
    assert mask["contact_name"] == "Erased d1 7", "by the delivery's id a reviewer finds it"
    assert mask["contact_persons"] == []
    assert set(mask["billing_address"].values()) == set(mask["shipping_address"].values()) == {""}
    assert (played.result.outcome, played.result.reason) == ("retained", "transactions")
    review_at = datetime.fromtimestamp(played.result.review_at / 1e6, UTC)
    assert review_at == datetime(2035, 1, 1, tzinfo=UTC), "ten years after the newest document's own"


def test_without_invoices_and_bills_the_review_counts_from_the_masking() -> None:
    class NoDocuments(Books):
        def __call__(self, call: Call) -> Reply:
            return reply(OK[1] | {"invoices": []}) if call.path.endswith("/invoices") else super().__call__(call)

    books = NoDocuments({"7": {"contact_persons": [PERSON]}}, DELETE_7=IN_USE)
    result = play(BOOKS.script(instruction("delete")), books).result
    assert datetime.fromtimestamp(result.review_at / 1e6, UTC) == datetime(2037, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "company", [{"customer_sub_type": "business"}, {"company_name": "Bowman"}, {"contact_persons": [PERSON, OTHER]}]
)
def test_of_a_company_only_the_contact_person_is_deleted(company: dict[str, Any]) -> None:
    played = play(BOOKS.script(instruction("delete")), Books({"7": {"contact_persons": [PERSON]} | company}))
    assert changes(played.calls) == ["DELETE /contacts/contactpersons/91"]
    assert played.result.outcome == "executed"


def test_an_individual_with_another_contact_person_is_left_to_somebody_who_can_see_whose_it_is() -> None:
    shared = {"customer_sub_type": "individual", "contact_persons": [PERSON, OTHER]}
    alone = play(BOOKS.script(instruction("delete")), Books({"7": shared}))
    assert changes(alone.calls) == []
    ends = ("manual_task", "individual_with_other_contact_persons")
    assert (alone.result.outcome, alone.result.reason) == ends
    books = Books({"7": shared, "8": {"contact_persons": [PERSON]}})
    played = play(BOOKS.script(instruction("delete")), books)
    assert changes(played.calls) == ["DELETE /contacts/8"]
    assert (played.result.outcome, played.result.reason) == ends
    again = play(BOOKS.script(instruction("delete", refs=played.notes[0].refs)), books)
    assert (again.result.outcome, again.result.reason) == ends, "a second try knows of it"
    both = {"customer_sub_type": "individual", "contact_persons": [PERSON, PERSON | {"contact_person_id": "93"}]}
    assert changes(play(BOOKS.script(instruction("delete")), Books({"7": both})).calls) == ["DELETE /contacts/7"]


def test_the_task_of_what_others_share_says_until_when_another_record_must_be_kept() -> None:
    shared = {"customer_sub_type": "individual", "contact_persons": [PERSON, OTHER]}
    books = Books({"7": {"contact_persons": [PERSON]}, "8": shared}, DELETE_7=IN_USE)
    played = play(BOOKS.script(instruction("delete")), books)
    assert changes(played.calls) == ["DELETE /contacts/7", "PUT /contacts/7", "POST /contacts/7/inactive"]
    reason = "individual_with_other_contact_persons_and_masked_until_2035"
    assert (played.result.outcome, played.result.reason) == ("manual_task", reason)
    again = play(BOOKS.script(instruction("delete", refs=played.notes[0].refs)), books).result
    assert (again.outcome, again.reason) == ("manual_task", reason)


def test_a_company_that_has_the_address_itself_is_no_success() -> None:
    class Mine(Books):
        def __call__(self, call: Call) -> Reply:
            row = {"contact_id": "7", "email": EMAIL}
            return reply(OK[1] | {"contacts": [row]}) if call.path.endswith("/contacts") else super().__call__(call)

    played = play(BOOKS.script(instruction("delete")), Mine({"7": {"customer_sub_type": "business"}}))
    assert (changes(played.calls), played.result.reason) == ([], "company_without_contact_person")


def test_whom_the_search_takes_for_the_person_by_mistake_is_left_alone() -> None:
    played = play(BOOKS.script(instruction("delete")), Books({"7": {"contact_persons": [OTHER]}}))
    assert (changes(played.calls), played.notes) == ([], [])
    assert (played.result.outcome, played.result.reason) == ("manual_task", "look_among_other_contact_persons")


def test_who_is_not_found_is_nobody_only_where_contacts_have_no_second_contact_person() -> None:
    """Zoho finds a contact by its primary contact person alone."""
    found = play(BOOKS.script(instruction("delete")), Books({})).result
    assert (found.outcome, found.reason) == ("manual_task", "look_among_other_contact_persons")
    assert found.evidence.status == 200
    alone = vendor("zoho_books", organization_id="42", keep_years=10, more_contact_persons=False)
    assert play(alone.script(instruction("delete")), Books({})).result.outcome == "no_match"


def test_a_second_try_knows_what_the_first_one_has_deleted_and_masked() -> None:
    books = Books({}, DELETE_7=IN_USE, DELETE_8=GONE)
    played = play(BOOKS.script(instruction("delete", refs=("contact:7", "contact:8"))), books)
    assert played.notes == []
    assert changes(played.calls)[-2:] == ["PUT /contacts/7", "POST /contacts/7/inactive"]
    assert played.result.outcome == "retained"


def test_who_has_come_back_when_what_was_kept_is_reviewed_is_a_customer_anew() -> None:
    books = Books({"9": {"contact_persons": [PERSON]}})
    played = play(BOOKS.script(instruction("delete", refs=("contact:7",))), books)
    assert (changes(played.calls), played.notes) == (["DELETE /contacts/7"], [])
    assert played.result.outcome == "executed"


def test_one_record_that_zoho_refuses_keeps_no_other_from_being_masked() -> None:
    contacts = {key: {"contact_persons": [PERSON]} for key in ("7", "8")}
    refused = Books(contacts, DELETE_7=IN_USE, DELETE_8=(400, {"code": 1038, "message": "no"}))
    played = play(BOOKS.script(instruction("delete")), refused)
    assert changes(played.calls)[-2:] == ["PUT /contacts/7", "POST /contacts/7/inactive"]
    assert (type(played.result), played.result.reason) == (VendorRefused, "zoho_1038")


@pytest.mark.parametrize(("call", "code"), [("PUT_7", 3062), ("POST_inactive", 9)])
def test_a_mask_that_does_not_hold_is_no_success(call: str, code: int) -> None:
    says = {"DELETE_7": IN_USE, call: (400, {"code": code, "message": "no"})}
    played = play(BOOKS.script(instruction("delete")), Books({"7": {"contact_persons": [PERSON]}}, **says))
    assert (type(played.result), played.result.reason) == (VendorRefused, f"zoho_{code}")


def test_a_404_of_another_kind_is_not_taken_for_gone() -> None:
    books = Books({"7": {"contact_persons": [PERSON]}}, DELETE_7=(404, {"code": 5, "message": "Invalid URL Passed"}))
    assert play(BOOKS.script(instruction("delete")), books).result.reason == "zoho_5"


def test_an_internal_error_passes_whatever_its_status() -> None:
    for status in (200, 400):
        assert isinstance(BOOKS.fault(reply({"code": 1000, "message": "Internal error"}, status)), VendorUnavailable)
    assert BOOKS.fault(reply({"code": 1002})) is None


def test_consent_makes_no_difference_in_the_books() -> None:
    for action in ("grant", "withdraw"):
        played = play(BOOKS.script(instruction(action)), Books({}))
        assert (played.calls, played.result.outcome) == ([], "not_applicable")


def test_a_read_back_finds_nobody_or_says_so() -> None:
    assert play(BOOKS.read_back(instruction("delete")), Books({})).result.outcome == "verified"
    found = play(BOOKS.read_back(instruction("delete")), Books({"7": {"contact_persons": [PERSON]}})).result
    assert isinstance(found, Undone)


def test_without_an_address_nobody_can_be_found() -> None:
    assert isinstance(play(BOOKS.script(instruction("delete", emails=())), Books({})).result, MissingIdentity)


def test_a_search_that_never_ends_is_given_up() -> None:
    def endless(_: Call) -> Reply:
        return reply(OK[1] | {"contacts": [], "page_context": {"has_more_page": True}})

    assert play(BOOKS.script(instruction("delete")), endless).result.reason == "more_than_2000_contacts"
