"""Iterable: a user's subscriptions as the profile has them, and the calls that read and change them.

What a change names is overwritten, not merged: so all of it that stands is read first and sent again, and what does
not change is not named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from processors.vendors.base import Call, Step, all_good
from processors.vendors.shapes import keyed, rows
from processors.vendors.words import word
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from processors.vendors.base import Instruction, Reply

CHANNELS = Call("GET", "/api/channels", api="project")
Field = Literal["unsubscribedMessageTypeIds", "unsubscribedChannelIds", "subscribedMessageTypeIds"]
TYPES_OUT: Field = "unsubscribedMessageTypeIds"
CHANNELS_OUT: Field = "unsubscribedChannelIds"
TYPES_IN: Field = "subscribedMessageTypeIds"
"""Of message types that the person must opt into; only there if the project has any."""
_ALONE = {"validateChannelAlignment": False}
"""Left out, Iterable refuses ids of types that the person opted into in a channel which they are out of: those that
stand beside what a choice is about, and a withdrawal of everything leaves. In such a channel nothing is sent."""


@dataclass(frozen=True, slots=True)
class User:
    """`fields`: the profile's dataFields."""

    email: str = field(repr=False)
    fields: dict[str, Any] = field(repr=False)

    def ids(self, field: Field) -> set[int]:
        """What stands in it; left out means none.

        Raises:
            ValueError: it is no list of ids, and what can't be read must not be overwritten.

        """
        found = self.fields.get(field)
        if found is None:
            return set()
        if not isinstance(found, list) or not all(type(one) is int for one in found):
            raise ValueError("a list of ids is none")
        return set(found)

    def leaves(self, types: set[int], channels: set[int]) -> Call | None:
        out: dict[Field, set[int]] = {TYPES_OUT: self.ids(TYPES_OUT) | types}
        return self._change(
            out | {CHANNELS_OUT: self.ids(CHANNELS_OUT) | channels, TYPES_IN: self.ids(TYPES_IN) - types}
        )

    def joins(self, types: set[int], opt_in: set[int]) -> Call | None:
        """opt_in: those of the types that the person must have opted into."""
        return self._change({TYPES_OUT: self.ids(TYPES_OUT) - types, TYPES_IN: self.ids(TYPES_IN) | opt_in})

    def _change(self, wanted: dict[Field, set[int]]) -> Call | None:
        """What brings these fields to these ids; None: they have them already."""
        due: dict[str, Any] = {field: sorted(ids) for field, ids in wanted.items() if ids != self.ids(field)}
        if not due:
            return None
        body = {"email": self.email, **due, **_ALONE}
        return Call("POST", "/api/users/updateSubscriptions", json=body, api="update")


def look_up(emails: Sequence[str], *more: Call) -> Generator[Step, Any, tuple[list[User], list[Reply]]]:
    """Who is known of these, and all replies, those to `more` at the end."""
    asked = tuple(Call("GET", "/api/users/getByEmail", params={"email": email}, api="users") for email in emails)
    replies = all_good((yield asked + more))
    users = [_user(reply, email) for reply, email in zip(replies, emails, strict=False)]
    return [user for user in users if user is not None], replies


def marketing(reply: Reply, instruction: Instruction) -> set[int]:
    """The project's channels that an instruction is about, those for transactions left out."""
    wanted = {channel for _, channel in instruction.cells}
    every = rows(reply.json(), "channels")
    mine = [one for one in every if one["channelType"] == "Marketing" and one["messageMedium"].lower() in wanted]
    return {one["id"] for one in mine}


def succeeded(replies: Iterable[Reply]) -> None:
    """Raises VendorUnavailable where a 200 doesn't say `Success`: no other is documented."""
    for reply in replies:
        if (code := reply.json()["code"]) != "Success":
            about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
            raise VendorUnavailable(f"iterable_{word(code)}", **about)


def _user(reply: Reply, email: str) -> User | None:
    body = reply.json()
    if body == {}:  # "user field is undefined when user not found", says Iterable's own client
        return None
    user = body["user"]
    if user["email"].strip().lower() != email.strip().lower():
        raise ValueError("a user with another address")
    return User(user["email"], keyed(user.get("dataFields", {})))
