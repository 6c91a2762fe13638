"""Stripe: customers deleted, and what then stays: invoices and charges, as they were made out.

https://docs.stripe.com/api/customers/delete: permanent, and cancels subscriptions at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Note, Result, Step, all_good
from processors.vendors.retention import review_at
from processors.vendors.stripe.customers import CUSTOMERS, newest_document, told
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import Instruction, Reply
    from processors.vendors.stripe.customers import Found

_KEPT = "kept:"
"""Noted with the time of the newest document, s since 1970: of a deleted customer nobody asks for it any more."""
_GONE, _MISSING = 404, "resource_missing"


def remove(instruction: Instruction, found: Found, known: set[str], keep_years: int) -> Generator[Step, Any, Result]:
    """`executed`, or `retained` where a document stays. known: what an earlier try noted."""
    newest = yield from newest_document(found.ids)
    times = [int(ref.removeprefix(_KEPT)) for ref in known if ref.startswith(_KEPT)]
    kept = max([*times, *newest], default=None)
    customers = {ref for ref in known if not ref.startswith(_KEPT)} | found.ids
    refs = customers | ({f"{_KEPT}{kept}"} if kept is not None else set())
    if refs != known:
        yield Note(instruction.delivery_id, tuple(sorted(refs)))
    replies = all_good((yield tuple(map(_removal, sorted(found.ids))))) if found.ids else []
    for reply in replies:
        _require_gone(reply)
    evidence = (replies or [found.reply])[-1].evidence(detail=f"customers={len(customers)}")
    if kept is None:
        return Result("executed", evidence=evidence)
    again = review_at(datetime.fromtimestamp(kept, UTC).year, keep_years)
    return Result("retained", "invoices_or_charges", evidence, review_at=again)


def _removal(customer: str) -> Call:
    return Call("DELETE", f"{CUSTOMERS}/{customer}", expect=frozenset({200, _GONE}))


def _require_gone(reply: Reply) -> None:
    """Raises VendorRefused: the customer was not deleted, and isn't gone either."""
    body = reply.json()
    gone = body["error"]["code"] == _MISSING if reply.status == _GONE else body["deleted"] is True
    if not gone:
        raise VendorRefused("not_deleted", **told(reply))
