"""Stripe: customers deleted, and what then stays: invoices and charges, as they were made out.

https://docs.stripe.com/api/customers/delete: permanent, and cancels subscriptions at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Note, Result, Step, all_good
from processors.vendors.retention import review_at
from processors.vendors.stripe.customers import CUSTOMERS, GONE, is_gone, newest_document, told
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

    from processors.vendors.base import Instruction
    from processors.vendors.stripe.customers import Found

_KEPT = "kept:"
"""Noted with the time of the newest document, s since 1970: of a deleted customer nobody asks for it any more."""


def remove(instruction: Instruction, found: Found, known: set[str], keep_years: int) -> Generator[Step, Any, Result]:
    """`executed`, or `retained` where a document stays. known: what an earlier try noted."""
    newest = yield from newest_document(found.ids)
    times = [int(ref.removeprefix(_KEPT)) for ref in known if ref.startswith(_KEPT)]
    kept = max([*times, *newest], default=None)
    customers = customers_in(known) | found.ids
    refs = customers | ({f"{_KEPT}{kept}"} if kept is not None else set())
    if refs != known:
        yield Note(instruction.delivery_id, tuple(sorted(refs)))
    replies = all_good((yield tuple(map(_removal, sorted(found.ids))))) if found.ids else []
    if not all(map(is_gone, replies)):
        raise VendorRefused("not_deleted", **told(replies[-1]))
    evidence = (replies or [found.reply])[-1].evidence(detail=f"customers={len(customers)}")
    if kept is None:
        return Result("executed", evidence=evidence)
    again = review_at(datetime.fromtimestamp(kept, UTC).year, keep_years)
    return Result("retained", "invoices_or_charges", evidence, review_at=again)


def customers_in(refs: Collection[str]) -> set[str]:
    return {ref for ref in refs if not ref.startswith(_KEPT)}


def _removal(customer: str) -> Call:
    return Call("DELETE", f"{CUSTOMERS}/{customer}", expect=frozenset({200, GONE}))
