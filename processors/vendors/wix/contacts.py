"""Wix: contacts of a site with an address or a number, and what is done to them.

Query Contacts, Delete Contact, Remove Contact From Trash Bin: the pages are in the package's docstring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import require_forms, searched, trimmed_lower
from processors.vendors.shapes import listed
from processors.vendors.words import record_id, word
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping

    from processors.vendors.base import Instruction
    from schemas.errors import VendorError

_PAGE, _LAST_PAGE = 1000, 10
_FIELDS = {"email": "info.emails.email", "sms": "info.phones.e164Phone"}
_PLACES = {"email": ("emails", "email"), "sms": ("phones", "e164Phone")}
GONE, BARRED = 404, 428
Names = dict[str, set[str]]
"""Channel → addresses or numbers."""


@dataclass(frozen=True, slots=True)
class Found:
    """`ids`: of all contacts with one of the names; reply: the last answer.

    names: those of the event that a contact has; all_names: whatever else these contacts have, too.
    """

    ids: frozenset[str]
    names: Names
    all_names: Names
    reply: Reply


def names_of(instruction: Instruction) -> tuple[Names, VendorError | None]:
    """What the person is looked up by, and the error of a name that can't be, to be told when all else is done.

    Raises:
        MissingIdentity: the event has neither address nor number.
        VendorRefused: none of them can be looked up.

    """
    written, odd = require_forms(instruction, ("email", "phone"), searched)
    names: Names = {}
    for kind, name in written:
        names.setdefault("email" if kind == "email" else "sms", set()).add(name)
    return names, odd


def look_up(names: Names, headers: Mapping[str, str]) -> Generator[Step, Any, Found]:
    """Every contact that has one of these.

    Raises:
        VendorRefused: so many that they can't be one person.

    """
    ids: set[str] = set()
    had: Names = {}
    every: Names = {}
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
                    for place in _PLACES:
                        every.setdefault(place, set()).update(_names(place, contact))
        reply = replies[-1]
        lists = [channel for channel, some in zip(lists, rows, strict=True) if len(some) == _PAGE]
        if not lists:
            return Found(frozenset(ids), had, every, reply)
    raise VendorRefused("too_many_contacts", status=reply.status, response_sha256=reply.sha256)


def erase(contacts: Collection[str], headers: Mapping[str, str]) -> Generator[Step, Any, tuple[str, Reply] | Reply]:
    """Into the trash bin, with the member that the contact may be, and out of it for good.

    Returns the last answer; with a reason, where something at Wix bars a contact from being deleted.

    Raises:
        VendorUnavailable: one that was just deleted isn't in the bin yet.

    """
    expect = frozenset({200, GONE, BARRED})
    trashed = all_good((yield tuple(_delete(f"{one}", headers, expect, deleteMember="true") for one in contacts)))
    barred = [reply for reply in trashed if reply.status == BARRED]
    gone = [(one, reply) for one, reply in zip(contacts, trashed, strict=True) if reply.status != BARRED]
    expect = frozenset({200, GONE})
    purged = all_good((yield tuple(_delete(f"trash-bin/{one}", headers, expect) for one, _ in gone))) if gone else []
    late = [two for (_, one), two in zip(gone, purged, strict=True) if one.status != GONE == two.status]
    if late:  # or else it would stay there for 90 days, and nobody would look there any more
        about: dict[str, Any] = {"status": late[0].status, "response_sha256": late[0].sha256}
        raise VendorUnavailable("not_in_the_trash_bin_yet", lane_wide=False, **about)
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
        if item.get(name):
            yield trimmed_lower(str(item[name]))


def _why(reply: Reply) -> str:
    """Wix's code for what bars a deletion, as a member who owns the site, or a subscription that is paid for."""
    return word(reply.json()["details"]["applicationError"]["code"])
