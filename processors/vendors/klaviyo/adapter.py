"""Klaviyo: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Result, Script, all_good
from processors.vendors.klaviyo.facts import KlaviyoFacts
from processors.vendors.klaviyo.jobs import deletion, reached_by, subscription, unsubscription
from processors.vendors.klaviyo.profiles import Profile, look_up, members_of, names_of, opt_in_of
from processors.vendors.later import Undone
from processors.vendors.second_look import noted_first, seen
from schemas.errors import MissingIdentity, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from processors.vendors.base import ReadBackScript, Step

_TYPES = {"email": "email", "sms": "phone"}


class Klaviyo(KlaviyoFacts):
    name = "klaviyo"

    def grant(self, instruction: Instruction) -> Script:
        self.options.require_all(instruction)
        people = reached_by(names_of(instruction), _channels(instruction))
        if not people:
            raise MissingIdentity(*(_TYPES[channel] for channel in _channels(instruction)))
        opt_in = yield from opt_in_of(self.options.of(instruction))
        replies = all_good((yield tuple(subscription(people, one) for one in opt_in)))
        at_once = set(opt_in.values()) == {"single_opt_in"}
        detail = "single_opt_in" if at_once else "pending_opt_in"
        return Result("accepted", evidence=replies[-1].evidence(detail=detail))

    def withdraw(self, instruction: Instruction) -> Script:
        channels = _channels(instruction)
        found = yield from look_up(names_of(instruction))
        reached = [one for one in found.profiles if any(map(one.reached_by, channels))]
        if instruction.all_purposes:
            jobs = [unsubscription(reached, channels)] if reached else []
        else:
            members = yield from members_of(self.options.of(instruction), reached)
            jobs = [unsubscription(some, channels, one) for one, some in members.items() if some]
        replies = all_good((yield tuple(jobs))) if jobs else []
        self.options.require_all(instruction)
        if not replies:
            return Result("no_match", evidence=found.last.evidence(detail=f"profiles={len(found.profiles)}"))
        return Result("accepted", evidence=replies[-1].evidence(detail=f"jobs={len(jobs)}"))

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(names_of(instruction))
        due = yield from noted_first(instruction, [one.id for one in found.profiles])
        if not due:
            return Result("no_match", evidence=found.last.evidence())
        jobs = tuple(deletion(one.id) for one in found.profiles)
        replies = all_good((yield jobs)) if jobs else [found.last]
        return Result(
            "accepted", evidence=replies[-1].evidence(detail=f"unconfirmed, {seen('profiles', len(jobs), len(due))}")
        )

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(names_of(instruction))
        about: dict[str, Any] = {"status": found.last.status, "response_sha256": found.last.sha256}
        if instruction.action == "delete" and found.profiles:
            return Undone(VendorRefused("found_again", **about))
        if instruction.action == "withdraw" and (yield from self._is_mailed(instruction, found.profiles)):
            return Undone(VendorRefused("subscribed_again", **about))
        return Result("verified", evidence=found.last.evidence(detail=f"profiles={len(found.profiles)}"))

    def _is_mailed(self, instruction: Instruction, profiles: Sequence[Profile]) -> Generator[Step, Any, bool]:
        channels = _channels(instruction)
        if instruction.all_purposes:
            return any(one.may_mail.get(channel) for one in profiles for channel in channels)
        reached = [one for one in profiles if any(map(one.reached_by, channels))]
        return any((yield from members_of(self.options.of(instruction), reached)).values())


def _channels(instruction: Instruction) -> list[str]:
    return [channel for channel in Klaviyo.channels if channel in {one for _, one in instruction.cells}]
