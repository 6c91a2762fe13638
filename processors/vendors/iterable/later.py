"""Iterable, asked later: whether a user is forgotten, and whether a withdrawal stands.

The list of the forgotten has SHA-256 of each trimmed address in lower case. It has no pages: one that is longer than
an answer may be (some 60,000 people) can't be read, and the erasure stays unconfirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result
from processors.vendors.identifiers import sha256_of
from processors.vendors.iterable.users import CHANNELS, look_up, marketing
from processors.vendors.later import Undone
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from processors.vendors.base import Instruction, ReadBackScript, Reply

FORGOTTEN = Call("GET", "/api/users/forgotten", api="forgotten")


def is_forgotten(reply: Reply, email: str) -> bool:
    """Whether the list of the forgotten has the address."""
    return sha256_of("email", email) in rows(reply.json(), "hashedEmails")


def read_back(instruction: Instruction, types: set[int]) -> ReadBackScript:
    emails = instruction.need("email")
    if instruction.action == "delete":
        users, replies = yield from look_up(emails, FORGOTTEN)
        if users:
            return _undone("found_again", replies[0])
        if not all(is_forgotten(replies[-1], email) for email in emails):
            return _undone("not_forgotten", replies[-1])
        return Result("verified", evidence=replies[-1].evidence(detail="forgotten"))
    whole = instruction.all_purposes
    users, replies = yield from look_up(emails, *([CHANNELS] if whole else []))
    channels = marketing(replies[-1], instruction) if whole else set()
    if any(user.leaves(types, channels) for user in users):
        return _undone("not_unsubscribed", replies[0])
    return Result("verified", evidence=replies[0].evidence(detail=f"users={len(users)}"))


def _undone(reason: str, reply: Reply) -> Undone:
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    return Undone(VendorRefused(reason, **about))
