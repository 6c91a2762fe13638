"""Intercom: contacts, looked up, changed, deleted, and followed where they were merged into another one.

Search, contacts, 410: intercom/Intercom-OpenAPI at 8889625, descriptions/2.16/api.intercom.io.yaml
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

_LAST_PAGE = 10
_MOST_HOPS = 5
_GONE, _MERGED = 404, 410
ANSWERS = frozenset({200, _GONE, _MERGED})
"""What a call about a contact may be answered by: it is read here."""
_CANONICAL = re.compile(r'<(?:https://[a-z.]+)?/contacts/([A-Za-z0-9_-]{1,64})>\s*;\s*rel="?canonical"?')
Field = tuple[str, str]
"""(`email` or `external_id`, value)"""


@dataclass(frozen=True, slots=True)
class Found:
    """ids: of all contacts, users and leads, that carry one of the values."""

    ids: frozenset[str]
    reply: Reply


def look_up(fields: Sequence[Field]) -> Generator[Step, Any, Found]:
    """Every contact with one of these. Merged ones aren't found, but the one that they were merged into is.

    Raises:
        VendorRefused: so many that they can't be one person.

    """
    wanted = {_folded(name, value) for name, value in fields}
    ids: set[str] = set()
    after: str | None = None
    for _ in range(_LAST_PAGE):
        reply = yield _search(fields, after)
        body = reply.json()
        ids |= {_id(one["id"]) for one in rows(body, "data") if _carries(one, wanted)}
        following = (body.get("pages") or {}).get("next")
        if not following:
            return Found(frozenset(ids), reply)
        after = following["starting_after"]
    raise VendorRefused("too_many_contacts", status=reply.status, response_sha256=reply.sha256)


def unsubscribe(contact: str, *, out: bool) -> Generator[Step, Any, Reply]:
    """Set the contact's switch for all mail."""
    body = {"unsubscribed_from_emails": out}
    _, reply = yield from follow(contact, lambda one: Call("PUT", path(one), json=body, expect=ANSWERS))
    if reply.json()["unsubscribed_from_emails"] is not out:
        raise refused("switch_not_set", reply)
    return reply


def is_unsubscribed(contact: str) -> Generator[Step, Any, tuple[bool, Reply]]:
    """Whether the contact gets no mail at all."""
    _, reply = yield from follow(contact, lambda one: Call("GET", path(one), expect=ANSWERS))
    return bool(reply.json()["unsubscribed_from_emails"]), reply


def erase(contact: str) -> Generator[Step, Any, Reply]:
    """For good; `archive` would keep everything until the person comes back. One that is gone already is gone."""
    _, reply = yield from _followed(contact, lambda one: Call("DELETE", path(one), expect=ANSWERS))
    if reply.status != _GONE and reply.json()["deleted"] is not True:
        raise refused("not_deleted", reply)
    return reply


def follow(contact: str, call: Callable[[str], Call]) -> Generator[Step, Any, tuple[str, Reply]]:
    """Make the call about the contact, or about whom it was merged into; with that one's id.

    Raises:
        VendorUnavailable: it went since it was found; looked up again, it isn't there any more.

    """
    whom, reply = yield from _followed(contact, call)
    if reply.status == _GONE:
        raise VendorUnavailable("contact_gone_meanwhile", lane_wide=False, status=_GONE)
    return whom, reply


def path(contact: str) -> str:
    return f"/contacts/{contact}"


def refused(reason: str, reply: Reply) -> VendorRefused:
    return VendorRefused(reason, status=reply.status, response_sha256=reply.sha256)


def _followed(contact: str, call: Callable[[str], Call]) -> Generator[Step, Any, tuple[str, Reply]]:
    for _ in range(_MOST_HOPS):
        reply = yield call(contact)
        if reply.status != _MERGED:
            return contact, reply
        link = _CANONICAL.search(reply.headers.get("link", ""))
        if link is None:
            raise refused("merged_into_nobody", reply)
        contact = link[1]
    raise refused("merged_too_often", reply)


def _search(fields: Sequence[Field], after: str | None) -> Call:
    filters = [{"field": name, "operator": "=", "value": value} for name, value in fields]
    query = filters[0] if len(filters) == 1 else {"operator": "OR", "value": filters}
    pagination = {"pagination": {"starting_after": after}} if after else {}
    return Call("POST", "/contacts/search", json={"query": query, **pagination})


def _carries(contact: Mapping[str, Any], wanted: set[Field]) -> bool:
    own = {_folded(name, str(contact.get(name) or "")) for name in ("email", "external_id")}
    return bool(own & wanted)


def _folded(name: str, value: str) -> Field:
    """An id of ours in other letters is another one."""
    return name, value.strip().lower() if name == "email" else value.strip()


def _id(value: Any) -> str:
    """It becomes a part of paths.

    Raises:
        ValueError: it is no contact's id.

    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text := str(value)):
        raise ValueError("a contact's id is none")
    return text
