from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person
from infra.sandbox.vendors.zoho_books import ORGANISATION

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="ada@example.test", books=("free", "invoiced", "company"))


@pytest.fixture
async def books(bench: Bench) -> Bench:
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA])
    return bench


async def ask(books: Bench, method: str, path: str, json: Any = None, **params: str) -> Reply:
    given = {"organization_id": ORGANISATION, **params}
    return await books.call(method, "zoho_books", f"/books/v3{path}", params=given, json=json)


async def ids(books: Bench) -> list[str]:
    listed = (await ask(books, "GET", "/contacts", email="ADA@", filter_by="Status.All")).body
    return [row["contact_id"] for row in listed["contacts"]]


async def test_a_contact_with_transactions_is_not_deleted(books: Bench) -> None:
    free, invoiced, _ = await ids(books)
    refused = await ask(books, "DELETE", f"/contacts/{invoiced}")
    assert (refused.status, refused.body["code"]) == (400, 3000)
    assert (await ask(books, "DELETE", f"/contacts/{free}")).body["message"] == "The contact has been deleted."
    gone = await ask(books, "DELETE", f"/contacts/{free}")
    assert (gone.status, gone.body["code"]) == (404, 1002)
    assert [entry["effect"] for entry in await books.control.ledger()] == ["delete"]


async def test_the_list_hides_inactive_contacts_unless_asked(books: Bench) -> None:
    _, invoiced, _ = await ids(books)
    await ask(books, "POST", f"/contacts/{invoiced}/inactive")
    usual = (await ask(books, "GET", "/contacts", email=ADA.email)).body["contacts"]
    assert invoiced not in [row["contact_id"] for row in usual]
    assert invoiced in await ids(books)


async def test_the_list_comes_in_pages(books: Bench) -> None:
    page = (await ask(books, "GET", "/contacts", email=ADA.email, per_page="2")).body
    assert (len(page["contacts"]), page["page_context"]["has_more_page"]) == (2, True)
    rest = (await ask(books, "GET", "/contacts", email=ADA.email, per_page="2", page="2")).body
    assert (len(rest["contacts"]), rest["page_context"]["has_more_page"]) == (1, False)


async def test_an_update_takes_away_whom_it_leaves_out_and_no_name_twice(books: Bench) -> None:
    free, invoiced, _ = await ids(books)
    mask = {"contact_name": "Erased", "contact_persons": []}
    assert (await ask(books, "PUT", f"/contacts/{invoiced}", mask)).body["code"] == 0
    assert (await ask(books, "GET", f"/contacts/{invoiced}")).body["contact"]["contact_persons"] == []
    twice = await ask(books, "PUT", f"/contacts/{free}", mask)
    assert (twice.status, twice.body["code"]) == (400, 3062)


async def test_a_contact_person_goes_by_itself(books: Bench) -> None:
    *_, company = await ids(books)
    ada, will = (await ask(books, "GET", f"/contacts/{company}")).body["contact"]["contact_persons"]
    assert (await ask(books, "DELETE", f"/contacts/contactpersons/{ada['contact_person_id']}")).body["code"] == 0
    assert (await ask(books, "GET", f"/contacts/{company}")).body["contact"]["contact_persons"] == [will]
    gone = await ask(books, "DELETE", f"/contacts/contactpersons/{ada['contact_person_id']}")
    assert (gone.status, gone.body["code"]) == (404, 1002)


async def test_only_a_contacts_first_contact_person_is_found_by_the_address(books: Bench) -> None:
    bob = Person(key="subject-2", email="bob@example.test", books=("colleague",))
    await books.control.seed([bob])
    assert (await ask(books, "GET", "/contacts", email=bob.email, filter_by="Status.All")).body["contacts"] == []
    assert (await books.control.person(bob.key))["zoho_books"]["known"]


async def test_errors_are_in_the_vendors_words(books: Bench) -> None:
    elsewhere = await ask(books, "GET", "/contacts", organization_id="1")
    assert (elsewhere.status, elsewhere.body["code"]) == (400, 6041)
    wrong = await ask(books, "GET", "/nothing")
    assert (wrong.status, wrong.body["code"]) == (404, 5)
    books.authorization = "Zoho-oauthtoken wrong"
    refused = await ask(books, "GET", "/contacts")
    assert (refused.status, refused.body["code"]) == (401, 57)


async def test_a_hundred_calls_a_minute_all_together(books: Bench) -> None:
    for _ in range(100):
        assert (await ask(books, "GET", "/bills")).status == 200
    refused = await ask(books, "GET", "/contacts")
    assert (refused.status, refused.body["code"]) == (429, 45)
    books.clock.advance(60)
    assert (await ask(books, "GET", "/contacts")).status == 200
