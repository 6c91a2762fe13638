"""Klaviyo: every profile with a person's address or number, and the lists that it is on.

https://developers.klaviyo.com/en/reference/get_profiles, get_list_ids_for_profile and get_list; filters:
https://developers.klaviyo.com/en/docs/filtering_
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import e164, require_forms
from processors.vendors.shapes import rows
from schemas.errors import VendorAuthRejected, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Mapping, Sequence

    from processors.vendors.base import Instruction
    from schemas.errors import VendorError
    from schemas.events import Identity

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST = 100  # on a page
_ATTRIBUTES = {"email": "email", "phone": "phone_number"}


@dataclass(frozen=True, slots=True)
class Profile:
    """`may_mail`: channel → whether marketing is sent to it, as Klaviyo shows it."""

    id: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    may_mail: Mapping[str, bool]

    def reached_by(self, channel: str) -> str | None:
        return self.email if channel == "email" else self.phone


@dataclass(frozen=True, slots=True)
class Found:
    """`last`: an answer that shows it."""

    profiles: Sequence[Profile]
    last: Reply


def names_of(
    instruction: Instruction, types: Collection[str] = tuple(_ATTRIBUTES)
) -> tuple[list[tuple[str, str]], VendorError | None]:
    """(attribute of a profile, value) of each identity that Klaviyo finds people by.

    And the error of one that can't be written as Klaviyo wants it, to be told when all else is done.

    Raises:
        MissingIdentity: there is none of these types.
        VendorRefused: none of them can be written so.

    """
    names, odd = require_forms(instruction, types, _written)
    return [(_ATTRIBUTES[kind], value) for kind, value in names], odd


def look_up(names: Iterable[tuple[str, str]]) -> Generator[Step, Any, Found]:
    """All profiles with one of these."""
    several = list(names)
    replies = all_good((yield tuple(_search(attribute, value) for attribute, value in several)))
    profiles: dict[str, Profile] = {}
    for (attribute, value), reply in zip(several, replies, strict=True):
        body = reply.json()
        if (body.get("links") or {}).get("next"):
            raise VendorRefused("more_than_100_profiles", status=reply.status, response_sha256=reply.sha256)
        mine = [one for one in rows(body, "data") if _same(one["attributes"][attribute], value)]
        profiles |= {one["id"]: _profile(one) for one in mine}
    return Found([profiles[key] for key in sorted(profiles)], replies[-1])


def members_of(lists: Sequence[str], profiles: Sequence[Profile]) -> Generator[Step, Any, dict[str, list[Profile]]]:
    """List → who of them is on it. A list that isn't there has no members either: so that is asked, too."""
    on = (yield from _lists_of(profiles)) if profiles else {}
    members = {name: [one for one in profiles if name in on[one.id]] for name in lists}
    if empty := [name for name in lists if not members[name]]:
        yield from opt_in_of(empty)
    return members


def _lists_of(profiles: Sequence[Profile]) -> Generator[Step, Any, dict[str, set[str]]]:
    """Profile's id → the lists that it is on."""
    calls = tuple(Call("GET", f"/api/profiles/{one.id}/relationships/lists", api="memberships") for one in profiles)
    replies = all_good((yield calls))
    return {
        one.id: {item["id"] for item in rows(reply.json(), "data")}
        for one, reply in zip(profiles, replies, strict=True)
    }


def opt_in_of(lists: Sequence[str]) -> Generator[Step, Any, dict[str, str]]:
    """List → `double_opt_in` or `single_opt_in`.

    Raises:
        VendorAuthRejected: there is no such list: the configuration's fault, so the lane stops and blames nobody.

    """
    calls = tuple(Call("GET", f"/api/lists/{one}", expect=frozenset({200, 404}), api="lists") for one in lists)
    said = {}
    for one, reply in zip(lists, all_good((yield calls)), strict=True):
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        if reply.status == 404 and b'"errors"' in reply.body:  # noqa: PLR2004 - Klaviyo's own word for it
            raise VendorAuthRejected("list_not_found", **about)
        if reply.status == 404:  # noqa: PLR2004
            if reply.body.strip():
                reply.json()  # raises for a page of words: a proxy's
            raise VendorRefused("http_404", **about)
        said[one] = str(reply.json()["data"]["attributes"]["opt_in_process"])
    return said


def _written(one: Identity) -> str:
    """Nothing for a hash, by which nobody is found."""
    if one.format != "raw":
        return ""
    if one.type == "phone":
        return e164(one.value)
    if re.search(r'["\\\s]', one.value.strip()):  # how a filter escapes them is not documented
        raise VendorRefused("identity_not_encodable")
    return one.value.strip()


def _search(attribute: str, value: str) -> Call:
    shown = {"additional-fields[profile]": "subscriptions", "fields[profile]": "email,phone_number,subscriptions"}
    params = {"filter": f'equals({attribute},"{value}")', "page[size]": str(_MOST)} | shown
    return Call("GET", "/api/profiles", params=params, api="profiles")


def _same(there: str | None, value: str) -> bool:
    return (there or "").strip().lower() == value.lower()


def _profile(data: Mapping[str, Any]) -> Profile:
    if not _ID.fullmatch(data["id"]):
        raise ValueError("a profile's id is none")  # it becomes a part of paths
    attributes, shown = data["attributes"], data["attributes"]["subscriptions"] or {}
    may_mail = {
        channel: bool(marketing[f"can_receive_{channel}_marketing"])
        for channel in ("email", "sms")
        if (marketing := (shown.get(channel) or {}).get("marketing"))
    }
    return Profile(data["id"], attributes["email"], attributes["phone_number"], may_mail)
