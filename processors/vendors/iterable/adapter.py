"""Iterable: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Call, Reply, Result, Script, all_good
from processors.vendors.iterable.facts import FORGOTTEN_IN_S, IterableFacts
from processors.vendors.iterable.later import FORGOTTEN, is_forgotten, read_back
from processors.vendors.iterable.users import CHANNELS, CHANNELS_OUT, look_up, marketing, succeeded
from processors.vendors.shapes import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import Instruction, ReadBackScript

_TYPES = Call("GET", "/api/messageTypes", api="project")
_NOT_SENT = Result("not_applicable", "channel")
"""The purposes are known, but have no message type on these channels: nothing is sent there."""


class Iterable(IterableFacts):
    name = "iterable"

    def grant(self, instruction: Instruction) -> Script:
        emails = instruction.need("email")
        self.options.require_all(instruction)
        wanted = self.options.types_of(instruction)
        if not wanted:
            return _NOT_SENT
        users, replies = yield from look_up(emails, _TYPES)
        if not users:
            return (yield from _unknown(emails))
        types = [one for one in rows(replies[-1].json(), "messageTypes") if one["id"] in wanted]
        if {one["channelId"] for one in types} & {out for user in users for out in user.ids(CHANNELS_OUT)}:
            return Result("manual_task", "channel_unsubscribed", replies[0].evidence())
        opt_in = {one["id"] for one in types if one["subscriptionPolicy"] == "OptIn"}
        return (yield from _changed([user.joins(wanted, opt_in) for user in users], replies[0]))

    def withdraw(self, instruction: Instruction) -> Script:
        whole = instruction.all_purposes
        types = self.options.types_of(instruction)
        if not types and not whole:
            self.options.require_all(instruction)
            return _NOT_SENT
        users, replies = yield from look_up(instruction.need("email"), *([CHANNELS] if whole else []))
        if not users:
            return Result("no_match", evidence=replies[0].evidence())
        channels = marketing(replies[-1], instruction) if whole else set()
        result = yield from _changed([user.leaves(types, channels) for user in users], replies[0])
        if not whole:
            self.options.require_all(instruction)
        return result

    def delete(self, instruction: Instruction) -> Script:
        calls = (
            Call("POST", "/api/users/forget", json={"email": email}, api="forget")
            for email in instruction.need("email")
        )
        replies = all_good((yield tuple(calls)))
        succeeded(replies)
        evidence = replies[-1].evidence(detail="unconfirmed", vendor_limit_s=FORGOTTEN_IN_S)
        return Result("accepted", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options.types_of(instruction))


def _changed(changes: Sequence[Call | None], read: Reply) -> Script:
    """What stands already is not written again, as each write overwrites. read: what says that it stands."""
    due = tuple(change for change in changes if change is not None)
    if not due:
        return Result("executed", evidence=read.evidence(detail="stood_already"))
    replies = all_good((yield due))
    succeeded(replies)
    return Result("executed", evidence=replies[-1].evidence(detail=f"users={len(changes)}"))


def _unknown(emails: Sequence[str]) -> Script:
    """Nobody by these names; but whom Iterable was told to forget it doesn't take again, and says so nowhere else."""
    reply = yield FORGOTTEN
    if any(is_forgotten(reply, email) for email in emails):
        return Result("manual_task", "forgotten_at_vendor", reply.evidence())
    return Result("no_match", evidence=reply.evidence())
