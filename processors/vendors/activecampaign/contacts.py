"""ActiveCampaign: contacts by address, the lists that each is on, and the calls that change these.

https://developers.activecampaign.com/reference/list-all-contacts, retrieve-a-contacts-list-memberships and
retrieve-a-list
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.shapes import listed, rows
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

UNCONFIRMED, ACTIVE, UNSUBSCRIBED, BOUNCED = "0", "1", "2", "3"
REMOVED = "91"
"""Taken off the list altogether, which is no unsubscription."""
_MOST, _USUAL = 100, 20
"""Rows of a page, asked for and without asking: a page that has fewer than both is the last."""
_SET = frozenset({200, 201})
"""Documented is 200; so it is of new lists and addresses, and those are answered by 201."""
_GONE = re.compile(rb"no result found for", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """`contacts`: address → ids; `last`: an answer that shows it."""

    contacts: Mapping[str, Sequence[str]] = field(repr=False)
    last: Reply

    @property
    def ids(self) -> list[str]:
        return sorted({one for several in self.contacts.values() for one in several})


def look_up(emails: Iterable[str]) -> Generator[Step, Any, Found]:
    several = list(emails)
    calls = tuple(
        Call("GET", "/api/3/contacts", params={"email": email.strip(), "limit": str(_MOST)}) for email in several
    )
    replies = all_good((yield calls))
    pairs = zip(several, replies, strict=True)
    return Found({email: _ids(reply, email) for email, reply in pairs}, replies[-1])


def memberships(contacts: Sequence[str]) -> Generator[Step, Any, dict[str, dict[str, str]]]:
    """Contact → list → the contact's status on it; those from which it was taken off are left out."""
    on: dict[str, dict[str, str]] = {one: {} for one in contacts}
    pages = [(one, 0) for one in contacts]
    while pages:
        replies = all_good((yield tuple(_page(one, offset) for one, offset in pages)))
        following = []
        for (one, offset), reply in zip(pages, replies, strict=True):
            rows = {str(m["list"]): str(m["status"]) for m in listed(reply.json()["contactLists"])}
            if len(rows) >= _USUAL and not rows.keys() <= on[one].keys():
                following.append((one, offset + len(rows)))
            on[one] |= rows
        pages = following
    return {one: {name: status for name, status in lists.items() if status != REMOVED} for one, lists in on.items()}


def _page(contact: str, offset: int) -> Call:
    # That this list has pages isn't documented: others go through them. Pages that aren't heeded show nothing new.
    params = {"limit": str(_MOST), "offset": str(offset)}
    return Call("GET", f"/api/3/contacts/{contact}/contactLists", params=params)


def require_lists(lists: Sequence[str]) -> Generator[Step, Any, None]:
    """A list that isn't there has no members either.

    Raises:
        VendorAuthRejected: one isn't: the configuration's fault, so the lane stops and blames nobody.

    """
    replies = all_good(
        (yield tuple(Call("GET", f"/api/3/lists/{one}", expect=frozenset({200, 404})) for one in lists))
    )
    for one, reply in zip(lists, replies, strict=True):
        if says_gone(reply):
            raise VendorAuthRejected("list_not_found", status=reply.status, response_sha256=reply.sha256)
        if str(reply.json()["list"]["id"]) != one:
            raise ValueError("is another list")


def says_gone(reply: Reply) -> bool:
    """Whether ActiveCampaign itself says that there is no such thing: a wrong address answers 404, too.

    Raises:
        VendorRefused: a 404 in other words.

    """
    if reply.status != 404:  # noqa: PLR2004
        return False
    if not _GONE.search(reply.body):
        raise VendorRefused("http_404", status=reply.status, response_sha256=reply.sha256)
    return True


def _ids(reply: Reply, email: str) -> list[str]:
    found = rows(reply.json(), "contacts")
    if len(found) >= _MOST:
        raise VendorRefused("more_than_100_contacts", status=reply.status, response_sha256=reply.sha256)
    # For parts of an address there is `email_like`; what is found is compared all the same.
    ids = [str(one["id"]) for one in found if str(one["email"]).strip().lower() == email.strip().lower()]
    if not all(one.isascii() and one.isdigit() for one in ids):
        raise ValueError("a contact's id is none")  # it becomes a part of paths
    return ids


def make(emails: list[str]) -> Generator[Step, Any, list[str]]:
    """New contacts; their ids."""
    if not emails:
        return []
    calls = tuple(
        Call("POST", "/api/3/contacts", json={"contact": {"email": email.strip()}}, expect=frozenset({201, 422}))
        for email in emails
    )
    replies = all_good((yield calls))
    for reply in replies:
        if reply.status == 422:  # noqa: PLR2004 - invalid, or made by somebody else meanwhile
            kind = VendorUnavailable if b'"duplicate"' in reply.body else VendorRefused
            raise kind("contact_not_made", status=reply.status, response_sha256=reply.sha256)
    return [str(reply.json()["contact"]["id"]) for reply in replies]


def status_call(contact: str, name: str, status: str, before: str | None = None) -> Call:
    again = {"sourceid": 4} if before == UNSUBSCRIBED and status == ACTIVE else {}
    body = {"contactList": {"list": name, "contact": contact, "status": status, **again}}
    return Call("POST", "/api/3/contactLists", json=body, expect=_SET)


def put(calls: list[Call], status: str) -> Generator[Step, Any, Reply | None]:
    """The last answer, if there is anything to do; each must show the status that it was asked for."""
    replies = all_good((yield tuple(calls))) if calls else []
    for reply in replies:
        if str(reply.json()["contactList"]["status"]) != status:
            raise VendorRefused("status_not_taken", status=reply.status, response_sha256=reply.sha256)
    return replies[-1] if replies else None
