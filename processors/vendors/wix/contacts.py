"""Wix: contacts of a site with an address or a number, and what is done to them.

Query Contacts, Delete Contact, Remove Contact From Trash Bin: the pages are in the package's docstring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import e164, trimmed_lower
from processors.vendors.shapes import listed
from processors.vendors.words import record_id, word
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping

    from processors.vendors.base import Instruction

_PAGE, _LAST_PAGE = 1000, 10
_FIELDS = {"email": "info.emails.email", "sms": "info.phones.e164Phone"}
_PLACES = {"email": ("emails", "email"), "sms": ("phones", "e164Phone")}
GONE, BARRED = 404, 428
Names = dict[str, set[str]]
"""Channel → addresses or numbers."""


@dataclass(frozen=True, slots=True)
class Found:
    """`ids`: of all contacts with one of the names; names: those that a contact has; reply: the last answer."""

    ids: frozenset[str]
    names: Names
    reply: Reply


def names_of(instruction: Instruction) -> Names:
    """Raises MissingIdentity: the event has neither address nor number."""
    instruction.need("email", "phone")
    names: Names = {}
    for one in instruction.known("email", "phone"):
        channel = "email" if one.type == "email" else "sms"
        names.setdefault(channel, set()).add(trimmed_lower(one.value) if channel == "email" else e164(one.value))
    return names


def look_up(names: Names, headers: Mapping[str, str]) -> Generator[Step, Any, Found]:
    """Every contact that has one of these.

    Raises:
        VendorRefused: so many that they can't be one person.

    """
    ids: set[str] = set()
    had: Names = {}
    lists = sorted(names)
    reply = Reply(0)
    for page in range(_LAST_PAGE):
        replies = all_good((yield tuple(_query(one, names[one], page, headers) for one in lists)))
        rows = [listed(one.json()["contacts"]) for one in replies]
        for channel, some in zip(lists, rows, strict=True):
            for contact in some:
                if mine := names[channel] & set(_names(channel, contact)):
                    ids.add(record_id(contact["id"]))
                    had.setdefault(channel, set()).update(mine)
        reply = replies[-1]
        lists = [channel for channel, some in zip(lists, rows, strict=True) if len(some) == _PAGE]
        if not lists:
            return Found(frozenset(ids), had, reply)
    raise VendorRefused("too_many_contacts", status=reply.status, response_sha256=reply.sha256)


def erase(contacts: Collection[str], headers: Mapping[str, str]) -> Generator[Step, Any, tuple[str, Reply] | Reply]:
    """Into the trash bin, with the member that the contact may be, and out of it for good.

    Returns the last answer; with a reason, where something at Wix bars a contact from being deleted.
    """
    expect = frozenset({200, GONE, BARRED})
    trashed = all_good((yield tuple(_delete(f"{one}", headers, expect, deleteMember="true") for one in contacts)))
    barred = [reply for reply in trashed if reply.status == BARRED]
    gone = [one for one, reply in zip(contacts, trashed, strict=True) if reply.status != BARRED]
    expect = frozenset({200, GONE})
    purged = all_good((yield tuple(_delete(f"trash-bin/{one}", headers, expect) for one in gone))) if gone else []
    return (_why(barred[0]), barred[0]) if barred else purged[-1]


def _query(channel: str, names: Collection[str], page: int, headers: Mapping[str, str]) -> Call:
    paging = {"limit": _PAGE, "offset": page * _PAGE}
    query = {"filter": {_FIELDS[channel]: {"$in": sorted(names)}}, "paging": paging, "fieldsets": ["FULL"]}
    return Call("POST", "/contacts/v4/contacts/query", json={"query": query}, headers=headers)


def _delete(path: str, headers: Mapping[str, str], expect: frozenset[int], **params: str) -> Call:
    return Call("DELETE", f"/contacts/v5/contacts/{path}", params=params, headers=headers, expect=expect)


def _names(channel: str, contact: Mapping[str, Any]) -> Iterator[str]:
    place, name = _PLACES[channel]
    for item in listed((contact["info"].get(place) or {}).get("items", [])):
        yield trimmed_lower(str(item.get(name)))


def _why(reply: Reply) -> str:
    """Wix's code for what bars a deletion, as a member who owns the site, or a subscription that is paid for."""
    return word(reply.json()["details"]["applicationError"]["code"])
