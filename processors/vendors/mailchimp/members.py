"""Mailchimp: where a person is a member, and the calls that change one.

A place is an audience and a member of it, `LIST/HASH`. A wrong audience answers 404 like an unknown member, so a 404
counts only where the audience itself is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import md5_lower, require_forms
from schemas.errors import VendorAuthRejected, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from processors.vendors.base import Instruction
    from schemas.errors import VendorError
    from schemas.events import Identity

MAILED = frozenset({"subscribed", "pending"})
"""Statuses of who is mailed, or asked to confirm."""
_STATUSES = MAILED | {"unsubscribed", "cleaned", "transactional", "archived"}
_FOUND_OR_NOT = frozenset({200, 404})


@dataclass(frozen=True, slots=True)
class Found:
    """`members`: place → status there; `last`: an answer that shows it."""

    members: Mapping[str, str] = field(repr=False)
    last: Reply


def places(instruction: Instruction, audiences: Sequence[str]) -> tuple[dict[str, str], VendorError | None]:
    """Place → the address; and the error of an address that names no member, to be told when all else is done.

    Raises:
        MissingIdentity: the event had no address.
        VendorRefused: none of them is one.

    """
    emails, odd = require_forms(instruction, ("email",), _address)
    return {f"{audience}/{md5_lower(email)}": email for _, email in emails for audience in audiences}, odd


WITHOUT_FIELDS = {"skip_merge_validation": "true"}
"""Parameter of a change: without it Mailchimp refuses to change a member who lacks a field that the audience asks
for, as one that its owner has made a must since. An unsubscription must not fail for that."""


def member(method: str, place: str, *, expect: Iterable[int] = (200,), tail: str = "", **more: Any) -> Call:
    audience, _, name = place.partition("/")
    return Call(method, f"/3.0/lists/{audience}/members/{name}{tail}", expect=frozenset(expect), **more)


def status_of(reply: Reply) -> str:
    """Of a member. An error has a `status` too, a number.

    Raises:
        ValueError: it is none.

    """
    status = reply.json()["status"]
    if status not in _STATUSES:
        raise ValueError("is no member's status")
    return str(status)


def title(reply: Reply) -> str:
    """Of Mailchimp's problem document (RFC 7807); empty where an error has none."""
    return str(reply.json().get("title", "")) if reply.body.strip() else ""


def look_up(asked: Iterable[str]) -> Generator[Step, Any, Found]:
    """In which of the places there is a member, archived ones among them.

    Raises:
        VendorAuthRejected: an audience isn't there: the configuration's fault, so the lane stops and blames nobody.
        VendorError: one of the places can't be asked.

    """
    several = list(asked)
    calls = tuple(member("GET", place, expect=_FOUND_OR_NOT, params={"fields": "status"}) for place in several)
    answers = dict(zip(several, all_good((yield calls)), strict=True))
    absent = {place.partition("/")[0] for place, reply in answers.items() if reply.status != 200}  # noqa: PLR2004
    if absent:
        yield from _require_audiences(sorted(absent))
    members = {place: status_of(r) for place, r in answers.items() if r.status == 200}  # noqa: PLR2004
    return Found(members, answers[several[-1]])


def _address(one: Identity) -> str:
    """As it was given, if a member can be called so; nothing for a hash, as Mailchimp's own is another one."""
    email = one.value.strip() if one.format == "raw" else ""
    return email if not email or md5_lower(email) else ""


def _require_audiences(audiences: Sequence[str]) -> Generator[Step, Any, None]:
    calls = tuple(
        Call("GET", f"/3.0/lists/{one}", params={"fields": "id"}, expect=_FOUND_OR_NOT) for one in audiences
    )
    for audience, reply in zip(audiences, all_good((yield calls)), strict=True):
        told: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        if reply.status == 200 and reply.json()["id"] == audience:  # noqa: PLR2004
            continue
        if reply.status == 200 or title(reply) == "Resource Not Found":  # noqa: PLR2004
            raise VendorAuthRejected("audience_not_found", **told)
        raise VendorRefused(f"http_{reply.status}", **told)
