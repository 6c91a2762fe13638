"""The demo sees from the ledger whether people shared calls."""

from __future__ import annotations

from typing import Any

from streams.demo.sharing import MANY, Shared, one_by_one, shared_calls


def entry(*people: str, vendor: str = "zoho_crm", effect: str = "delete") -> dict[str, Any]:
    return {"vendor": vendor, "effect": effect, "people": people}


def test_it_counts_accepted_deletions_of_vendors_that_take_several() -> None:
    ledger = [
        entry("ana", "ben", "eva"),
        entry("kim"),
        entry("ana"),  # a record of hers in another module
        entry("ana", "ben", effect="purge"),
        entry("ana", effect="withdraw"),
        entry("ana", "ben", vendor="google_analytics"),
    ]
    (crm,) = shared_calls(ledger)
    assert crm == Shared("zoho_crm", calls=3, with_several=1, people=4, most=3)
    assert str(crm) == "zoho_crm: 4 people deleted in 3 calls, 1 of them for several people, up to 3"
    assert crm.as_json()["with_several"] == 1
    assert shared_calls([]) == []


def test_that_so_many_never_met_is_a_difference() -> None:
    alone = [entry(f"q{number}") for number in range(MANY)]
    assert [str(one) for one in one_by_one(shared_calls(alone))] == ["zoho_crm: 50 people were deleted one by one"]
    assert list(one_by_one(shared_calls(alone[1:]))) == []
    assert list(one_by_one(shared_calls([*alone, entry("x", "y")]))) == []
