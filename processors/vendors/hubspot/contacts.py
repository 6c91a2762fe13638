"""HubSpot: contacts by e-mail address, looked up and deleted for good.

Search: https://developers.hubspot.com/docs/api-reference/search/guide
Archived ones, which no search shows: contacts.json of the specification, batch/read with `archived`
Deletion: https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

_CONTACTS = "/crm/v3/objects/contacts"
_PROPERTIES = ["email", "hs_additional_emails"]
_MOST = 100
_NOT_FOUND, _SOME_NOT_FOUND = 404, 207


@dataclass(frozen=True, slots=True)
class Found:
    """ids: of the contacts that carry one of the addresses; addresses: all that these carry, folded."""

    ids: frozenset[str]
    addresses: frozenset[str] = field(repr=False)
    reply: Reply


def look_up(emails: Sequence[str]) -> Generator[Step, Any, Found]:
    """Every contact that has one of the addresses, as its own or as a further one.

    Raises:
        VendorRefused: more than a page of them, which can't be one person.

    """
    replies = all_good((yield tuple(_search(email) for email in emails)))
    return _found([contact for reply in replies for contact in _page(reply)], emails, replies[-1])


def archived(emails: Sequence[str]) -> Generator[Step, Any, Found]:
    """Contacts with one of the addresses that somebody has archived: HubSpot keeps them for 90 days.

    Raises:
        VendorRefused: it says something else of an address than that no such contact is there.
        VendorUnavailable: it isn't done yet.

    """
    body = {
        "inputs": [{"id": email} for email in emails],
        "idProperty": "email",
        "properties": _PROPERTIES,
        "propertiesWithHistory": [],
    }
    expect = frozenset({200, _SOME_NOT_FOUND})
    reply: Reply = yield Call(
        "POST", f"{_CONTACTS}/batch/read", params={"archived": "true"}, json=body, expect=expect
    )
    read = reply.json()
    if any(error["category"] != "OBJECT_NOT_FOUND" for error in read.get("errors") or ()):
        raise VendorRefused("archive_not_read", status=reply.status, response_sha256=reply.sha256)
    if read["status"] != "COMPLETE":
        raise VendorUnavailable("archive_pending", status=reply.status, response_sha256=reply.sha256)
    return _found(rows(read, "results"), emails, reply)


def erase(contacts: Sequence[str]) -> Generator[Step, Any, Reply]:
    """The last answer, when all are deleted or were already gone.

    Raises:
        VendorUnavailable: HubSpot says of one that it isn't there, and shows it all the same.

    """
    replies = all_good((yield tuple(_gdpr_delete(contact) for contact in contacts)))
    gone = [contact for contact, reply in zip(contacts, replies, strict=True) if reply.status == _NOT_FOUND]
    if gone and any(reply.status != _NOT_FOUND for reply in all_good((yield tuple(_read(one) for one in gone)))):
        raise VendorUnavailable("record_still_there", lane_wide=False)
    return replies[-1]


def fold(email: str) -> str:
    return email.strip().lower()


def _found(contacts: Sequence[dict[str, Any]], emails: Sequence[str], reply: Reply) -> Found:
    """Those that carry one of the addresses: a part of a further one may be found, too, and is somebody else's."""
    wanted = {fold(email) for email in emails}
    carried = {_id(one["id"]): own for one in contacts if (own := _addresses(one["properties"])) & wanted}
    return Found(frozenset(carried), frozenset().union(*carried.values()), reply)


def _gdpr_delete(contact: str) -> Call:
    """By the contact's id and never by an address: one that HubSpot doesn't know it would put on a blocklist."""
    return Call("POST", f"{_CONTACTS}/gdpr-delete", json={"objectId": contact}, expect=frozenset({204, 404}))


def _read(contact: str) -> Call:
    return Call("GET", f"{_CONTACTS}/{contact}", expect=frozenset({200, 404}))


def _search(email: str) -> Call:
    filters = (("email", "EQ"), ("hs_additional_emails", "CONTAINS_TOKEN"))
    body = {
        "filterGroups": [{"filters": [{"propertyName": p, "operator": o, "value": email}]} for p, o in filters],
        "properties": _PROPERTIES,
        "sorts": [],
        "limit": _MOST,
        "after": "0",
    }
    return Call("POST", f"{_CONTACTS}/search", json=body, api="search")


def _page(reply: Reply) -> list[dict[str, Any]]:
    body = reply.json()
    if (body.get("paging") or {}).get("next"):
        raise VendorRefused("more_contacts_than_a_page", status=reply.status, response_sha256=reply.sha256)
    return rows(body, "results")


def _addresses(properties: dict[str, Any]) -> frozenset[str]:
    further = (properties.get("hs_additional_emails") or "").split(";")
    return frozenset(fold(email) for email in (properties.get("email") or "", *further) if email.strip())


def _id(value: Any) -> str:
    """It becomes a part of paths.

    Raises:
        ValueError: it is no contact's number.

    """
    if not re.fullmatch(r"[0-9]{1,32}", text := str(value)):
        raise ValueError("a contact's id is none")
    return text
