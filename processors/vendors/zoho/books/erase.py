"""Zoho Books: records are deleted, and what has transactions is masked.

Delete: https://www.zoho.com/books/api/v3/contacts/#delete-a-contact
Update: https://www.zoho.com/books/api/v3/contacts/#update-a-contact
Mark as inactive: https://www.zoho.com/books/api/v3/contacts/#mark-as-inactive
Invoices and bills by date: https://www.zoho.com/books/api/v3/invoices/#list-invoices, .../bills/#list-bills
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Reply, Result, Step, all_good, gravest
from processors.vendors.retention import review_at
from processors.vendors.shapes import rows
from processors.vendors.zoho.books.contacts import CONTACT, GONE, call, code, refusal
from schemas.errors import VendorError, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

_IN_USE = "3000"
_NOWHERE = dict.fromkeys(("attention", "address", "street2", "city", "state", "zip", "country", "fax", "phone"), "")
_MASK: Mapping[str, Any] = {
    **dict.fromkeys(("company_name", "website", "facebook", "twitter", "notes"), ""),
    **dict.fromkeys(("billing_address", "shipping_address"), _NOWHERE),
    "contact_persons": [],
}
"""Custom and tax fields are left: which there are depends on the country and on the organisation."""
_DOCUMENTS = (("invoices", "customer_id"), ("bills", "vendor_id"))
_DATE = re.compile(r"(\d{4})-\d{2}-\d{2}")


def erase(
    refs: Sequence[str], account: Mapping[str, str], delivery_id: str, keep_years: int
) -> Generator[Step, Any, Result]:
    """`executed`, or `retained` if a contact must stay.

    Raises:
        VendorError: a record was neither deleted nor masked; the others were.

    """
    replies = all_good((yield tuple(call("DELETE", _path(ref), account) for ref in refs)))
    fates = [_fate(ref, reply) for ref, reply in zip(refs, replies, strict=True)]
    kept = [ref.removeprefix(CONTACT) for ref, fate in zip(refs, fates, strict=True) if fate == _IN_USE]
    retained = (yield from _mask(kept, account, delivery_id, keep_years)) if kept else None
    _raise(fate for fate in fates if isinstance(fate, VendorError))
    return retained or Result("executed", evidence=replies[-1].evidence(detail=f"records={len(refs)}"))


def _mask(
    contacts: Sequence[str], account: Mapping[str, str], delivery_id: str, keep_years: int
) -> Generator[Step, Any, Result]:
    """What can be taken from contacts that must stay. No two may have the same name."""
    named = {contact: {**_MASK, "contact_name": f"Erased {delivery_id} {contact}"} for contact in contacts}
    masked = all_good((yield tuple(call("PUT", f"/contacts/{one}", account, mask) for one, mask in named.items())))
    asleep = all_good((yield tuple(call("POST", f"/contacts/{one}/inactive", account) for one in contacts)))
    _raise(filter(None, map(refusal, (*masked, *asleep))))
    year = yield from _last_year(contacts, account, masked)
    evidence = masked[-1].evidence(detail=f"masked={len(contacts)}")
    return Result("retained", "transactions", evidence, review_at=review_at(year, keep_years))


def _last_year(
    contacts: Sequence[str], account: Mapping[str, str], masked: Sequence[Reply]
) -> Generator[Step, Any, int]:
    """The year of the newest invoice or bill; without any, as of credit notes alone, that in which it was masked."""
    asked = [(kind, {key: contact}) for contact in contacts for kind, key in _DOCUMENTS]
    newest = {"sort_column": "date", "sort_order": "D"}
    replies = all_good((yield tuple(call("GET", f"/{kind}", account, **newest, **one) for kind, one in asked)))
    _raise(filter(None, map(refusal, replies)))
    dates = [row["date"] for (kind, _), one in zip(asked, replies, strict=True) for row in rows(one.json(), kind)]
    return max(map(_year, dates or [one.json()["contact"]["last_modified_time"] for one in masked]))


def _path(ref: str) -> str:
    kind, _, record = ref.partition(":")
    return f"/contacts/{record}" if CONTACT.startswith(kind) else f"/contacts/contactpersons/{record}"


def _fate(ref: str, reply: Reply) -> str | VendorError:
    said = code(reply)
    if said in {"0", GONE}:
        return GONE
    if said == _IN_USE and ref.startswith(CONTACT):
        return _IN_USE
    return refusal(reply) or VendorRefused("adapter_error")


def _raise(errors: Iterable[VendorError]) -> None:
    error = gravest(errors)
    if error is not None:
        raise error


def _year(text: str) -> int:
    """Raises ValueError for what is no date."""
    found = _DATE.match(text)
    if found is None:
        raise ValueError("no date")
    return int(found[1])
