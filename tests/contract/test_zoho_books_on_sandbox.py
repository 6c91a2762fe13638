"""The adapter of Zoho Books over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_support import BOB, relay

from infra.sandbox import Fault, Person
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from infra.sandbox.people import BooksContact


def customer(*books: BooksContact) -> Person:
    return Person(key="s-cus", email="Cus.Tomer+1@example.test", books=books)


async def test_a_contact_without_transactions_is_gone_and_nobody_else_is() -> None:
    near = Person(key="s-near-cus", email=f"x{customer().email}", books=("free",))
    async with relay() as r:
        await r.control.seed([customer("free"), near])
        assert (await r.do("zoho_books", "delete", customer())).outcome == "executed"
        assert await r.held("zoho_books", customer()) == {"known": False, "contacts": []}
        assert (await r.held("zoho_books", near))["known"]
        came = await r.do("zoho_books", "delete", BOB)
        assert (came.outcome, came.reason) == ("manual_task", "look_among_other_contact_persons")


async def test_a_second_contact_person_is_not_taken_for_nobody() -> None:
    async with relay() as r:
        await r.control.seed([customer("colleague")])
        came = await r.do("zoho_books", "delete", customer())
        assert (came.outcome, came.reason) == ("manual_task", "look_among_other_contact_persons")
        assert (await r.held("zoho_books", customer()))["known"], "the sandbox finds as little as Zoho's search does"


async def test_what_the_law_keeps_is_masked_put_to_sleep_and_retained() -> None:
    async with relay() as r:
        await r.control.seed([customer("invoiced", "free", "invoiced", "company")])
        outcome = await r.do("zoho_books", "delete", customer())
        assert (outcome.outcome, outcome.reason, outcome.evidence.detail) == ("retained", "transactions", "masked=2")
        assert outcome.review_at
        held = await r.held("zoho_books", customer())
        assert not held["known"]
        masked = [one for one in held["contacts"] if one["name"].startswith("Erased zoho_books-delete-s-cus ")]
        assert [(one["persons"], one["inactive"]) for one in masked] == [(0, True), (0, True)]
        (company,) = [one for one in held["contacts"] if one not in masked]
        assert (company["persons"], company["inactive"]) == (1, False), "the company stays, and its other person"


@pytest.mark.parametrize(("verb", "times"), [("delete", 2), ("update", 2), ("inactive", 2), ("invoices", 1)])
async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo(verb: str, times: int) -> None:
    async with relay() as r:
        await r.control.seed([customer("invoiced", "invoiced")])
        await r.control.set_fault(Fault(kind="reset", vendor="zoho_books", verb=verb, times=times))
        assert isinstance(await r.do("zoho_books", "delete", customer()), VendorUnavailable)
        again = await r.do("zoho_books", "delete", customer())
        assert again.outcome == "retained", (
            "the second try doesn't find who is masked by now, and knows it from its notes"
        )
        held = await r.held("zoho_books", customer())
        assert (held["known"], [one["inactive"] for one in held["contacts"]]) == (False, [True, True])


@pytest.mark.parametrize("verb", ["list", "get", "delete", "update", "inactive", "invoices", "bills"])
async def test_a_200_that_says_no_is_no_success_and_the_redo_does_what_is_due(verb: str) -> None:
    async with relay() as r:
        await r.control.seed([customer("invoiced")])
        await r.control.set_fault(Fault(kind="lie", vendor="zoho_books", verb=verb))
        assert type(await r.do("zoho_books", "delete", customer())) is VendorUnavailable
        await r.control.clear_faults()
        assert (await r.do("zoho_books", "delete", customer())).outcome == "retained"
        assert not (await r.held("zoho_books", customer()))["known"]


async def test_a_minute_that_is_used_up_is_told_as_such() -> None:
    async with relay(limits_scale=0.02) as r:
        await r.control.seed([customer("free")])
        outcome = await r.do("zoho_books", "delete", customer())
        assert (type(outcome), outcome.status, outcome.too_fast) == (VendorUnavailable, 429, True)
        assert await r.effects("zoho_books") == []
