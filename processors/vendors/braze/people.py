"""Braze: the profiles of a person, by address.

https://www.braze.com/docs/api/endpoints/export/user_data/post_users_identifier/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, gravest
from processors.vendors.braze.calls import GOOD, taken_in
from processors.vendors.shapes import rows
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence


@dataclass(slots=True)
class Profiles:
    """What the export shows of one person. mail: each profile's `email_subscribe`, which is left out where empty."""

    ids: set[str] = field(default_factory=set)
    mail: list[str | None] = field(default_factory=list)
    reply: Reply | None = None
    error: VendorError | None = None


def look_up(people: Mapping[str, Sequence[str]]) -> Generator[Step, Any, dict[str, Profiles]]:
    """Every profile of each, people → their addresses. One person's failure is that person's alone."""
    found = {who: Profiles() for who in people}
    asked = [(who, email) for who, emails in people.items() for email in emails]
    answers = (yield tuple(export(email) for _, email in asked)) if asked else ()
    for (who, email), answer in zip(asked, answers, strict=True):
        came = taken_in(answer)
        if isinstance(came, VendorError):
            found[who].error = gravest((came, found[who].error or came))
        else:
            _read(came, email, found[who])
    return found


def export(email: str) -> Call:
    wanted = {"email_address": email, "fields_to_export": ["braze_id", "email", "email_subscribe"]}
    return Call("POST", "/users/export/ids", json=wanted, expect=GOOD, api="export")


def _read(reply: Reply, email: str, found: Profiles) -> None:
    found.reply = reply
    for user in rows(reply.json(), "users"):
        if user["email"].strip().lower() != email.strip().lower():
            raise ValueError("a profile of somebody else")
        found.ids.add(user["braze_id"])
        found.mail.append(user.get("email_subscribe"))
