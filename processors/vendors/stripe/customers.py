"""Stripe: customers by address, and what stands in the way of erasing them.

List (exact, minds capitals), search (exact, lags by a minute, not in India), delete:
https://docs.stripe.com/api/customers/list, .../search, .../delete; https://docs.stripe.com/search
Subscriptions (without `status` all that aren't canceled), invoices, charges (the newest first):
https://docs.stripe.com/api/subscriptions/list, /api/invoices/list, /api/charges/list
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.shapes import listed
from processors.vendors.words import record_id
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

CUSTOMERS, SEARCH = "/v1/customers", "/v1/customers/search"
GONE, _MISSING = 404, "resource_missing"
_LAST_PAGE = 10  # of 100
_OVER = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True, slots=True)
class Found:
    """`ids`: of all customers with one of the addresses; reply: the last answer."""

    ids: frozenset[str]
    reply: Reply


def look_up(emails: Sequence[str], *, search: bool) -> Generator[Step, Any, Found]:
    """Every customer with one of these addresses, in whatever capitals.

    Raises:
        VendorRefused: so many that they can't be one person.

    """
    wanted = {_folded(email) for email in emails}
    spelt = sorted({*emails, *wanted})
    pages = [Call("GET", CUSTOMERS, params={"email": email, "limit": "100"}) for email in spelt]
    if search:
        queries = [f'email:"{_quoted(email)}"' for email in sorted(wanted)]
        pages += [Call("GET", SEARCH, params={"query": query, "limit": "100"}) for query in queries]
    ids: set[str] = set()
    for _ in range(_LAST_PAGE):
        replies = all_good((yield tuple(pages)))
        bodies = [reply.json() for reply in replies]
        ids |= {
            record_id(one["id"]) for body in bodies for one in listed(body["data"]) if _folded(one["email"]) in wanted
        }
        pages = [_next(call, body) for call, body in zip(pages, bodies, strict=True) if body["has_more"]]
        if not pages:
            return Found(frozenset(ids), replies[-1])
    raise VendorRefused("too_many_customers", **told(replies[-1]))


def still_there(customers: Collection[str]) -> Generator[Step, Any, Found]:
    """Which of these haven't been deleted: that no look-up finds them may be because their address has changed.

    https://docs.stripe.com/api/customers/retrieve: one that was deleted is shown with `deleted`.
    """
    calls = [Call("GET", f"{CUSTOMERS}/{one}", expect=frozenset({200, GONE})) for one in sorted(customers)]
    replies = all_good((yield tuple(calls)))
    there = {one for one, reply in zip(sorted(customers), replies, strict=True) if not is_gone(reply)}
    return Found(frozenset(there), replies[-1])


def is_gone(reply: Reply) -> bool:
    """Raises VendorRefused: the 404 is of something else than the customer, as a wrong address is."""
    body = reply.json()
    if reply.status != GONE:
        return body.get("deleted") is True
    if body["error"]["code"] != _MISSING:
        raise VendorRefused("http_404", **told(reply))
    return True


def in_the_way(customers: Collection[str]) -> Generator[Step, Any, tuple[str, Reply] | None]:
    """What forbids to erase them without a person's decision: the reason, and the answer that showed it."""
    rows = [
        (reason, Call("GET", path, params={"customer": one, "limit": "100", **more}))
        for one in sorted(customers)
        for reason, path, more in (
            ("live_subscription", "/v1/subscriptions", {}),
            ("open_invoice", "/v1/invoices", {"status": "open"}),
        )
    ]
    replies = all_good((yield tuple(call for _, call in rows))) if rows else []
    for (reason, _), reply in zip(rows, replies, strict=True):
        body = reply.json()
        if body["has_more"] or any(one["status"] not in _OVER for one in listed(body["data"])):
            return reason, reply
    return None


def newest_document(customers: Collection[str]) -> Generator[Step, Any, list[int]]:
    """When the newest invoice and charge of each was made, s since 1970; empty: there is none."""
    paths = ("/v1/invoices", "/v1/charges")
    asked = [({"customer": one, "limit": "1"}, path) for one in sorted(customers) for path in paths]
    replies = all_good((yield tuple(Call("GET", path, params=params) for params, path in asked))) if asked else []
    return [int(one["created"]) for reply in replies for one in listed(reply.json()["data"])]


def asked_for(call: Call) -> str:
    """The address that a look-up is for."""
    found = re.search(r'email:"(.*)"', call.params.get("query", ""))
    return call.params.get("email") or (found[1] if found else "")


def told(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "response_sha256": reply.sha256}


def _next(call: Call, body: Mapping[str, Any]) -> Call:
    """The list goes on after a customer, the search by a word of its own."""
    more = {"page": body["next_page"]} if call.path == SEARCH else {"starting_after": body["data"][-1]["id"]}
    return replace(call, params={**call.params, **more})


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _folded(email: object) -> str:
    return str(email or "").strip().lower()
