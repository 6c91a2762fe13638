"""Zoho SalesIQ: a visitor's conversations, found by address and put into the recycle bin.

https://www.zoho.com/salesiq/help/developer-section/get-conversation-list-details-v2.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call
from processors.vendors.batches import chunks
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from processors.vendors.base import Reply, Step
    from processors.vendors.zoho.salesiq.options import SalesiqOptions

_PAGE = 99
_MOST_PAGES = 100


@dataclass(slots=True)
class Conversations:
    """Ids of those that have ended, and of those under way. reply: the last page."""

    reply: Reply
    ended: set[str] = field(default_factory=set)
    under_way: set[str] = field(default_factory=set)


def look_up(emails: Sequence[str], options: SalesiqOptions) -> Generator[Step, Any, Conversations]:
    """All of the person's, in every department. One that names another address is somebody else's.

    Raises:
        VendorRefused: they fill more pages than are read.

    """
    found: Conversations | None = None
    for email, department in ((email.strip(), one) for email in emails for one in options.departments):
        for page in range(1, _MOST_PAGES + 2):
            if page > _MOST_PAGES:
                raise VendorRefused("too_many_conversations")
            params = {"email": email, "department_id": department, "page": str(page), "limit": str(_PAGE)}
            reply = yield Call("GET", options.path, params=params)
            listed = rows(reply.json(), "data")
            found = found or Conversations(reply)
            found.reply = reply
            _sort(listed, email, found)
            if len(listed) < _PAGE:
                break
    assert found is not None  # noqa: S101 - there is an address and a department
    return found


def deletions(ids: Iterable[str], options: SalesiqOptions) -> tuple[Call, ...]:
    """Into the recycle bin."""
    headers = {"X-SIQ-Channel": options.channel}
    return tuple(
        Call("DELETE", options.path, json={"ids": [int(one) for one in some]}, headers=headers)
        for some in chunks(sorted(ids), _PAGE)
    )


def _sort(listed: Iterable[Any], email: str, found: Conversations) -> None:
    for one in listed:
        number = str(int(one["id"]))
        if str(one["visitor"].get("email")).strip().lower() != email.strip().lower():
            continue
        (found.ended if one.get("end_time") or one.get("missed_time") else found.under_way).add(number)
