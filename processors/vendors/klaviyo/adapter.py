"""Klaviyo: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script, all_good
from processors.vendors.klaviyo.facts import KlaviyoFacts
from processors.vendors.klaviyo.jobs import channels_of, deletion, reached_by, subscription, unsubscription
from processors.vendors.klaviyo.later import read_back
from processors.vendors.klaviyo.profiles import look_up, members_of, names_of, opt_in_of
from processors.vendors.second_look import noted_first, seen

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript

_TYPES = {"email": "email", "sms": "phone"}


class Klaviyo(KlaviyoFacts):
    name = "klaviyo"

    def grant(self, instruction: Instruction) -> Script:
        self.options.require_all(instruction)
        channels = channels_of(instruction)
        instruction.need(*self.identifies_by)
        names, odd = names_of(instruction, [_TYPES[channel] for channel in channels])
        people = reached_by(names, channels)
        opt_in = yield from opt_in_of(self.options.of(instruction))
        replies = all_good((yield tuple(subscription(people, one) for one in opt_in)))
        if odd is not None:
            raise odd
        at_once = set(opt_in.values()) == {"single_opt_in"}
        detail = "single_opt_in" if at_once else "pending_opt_in"
        return Result("accepted", evidence=replies[-1].evidence(detail=detail))

    def withdraw(self, instruction: Instruction) -> Script:
        channels = channels_of(instruction)
        names, odd = names_of(instruction)
        found = yield from look_up(names)
        reached = [one for one in found.profiles if any(map(one.reached_by, channels))]
        if instruction.all_purposes:
            jobs = [unsubscription(reached, channels)] if reached else []
        else:
            members = yield from members_of(self.options.of(instruction), reached)
            jobs = [unsubscription(some, channels, one) for one, some in members.items() if some]
        replies = all_good((yield tuple(jobs))) if jobs else []
        self.options.require_all(instruction)
        if odd is not None:
            raise odd
        if not replies:
            return Result("no_match", evidence=found.last.evidence(detail=f"profiles={len(found.profiles)}"))
        return Result("accepted", evidence=replies[-1].evidence(detail=f"jobs={len(jobs)}"))

    def delete(self, instruction: Instruction) -> Script:
        names, odd = names_of(instruction)
        found = yield from look_up(names)
        due = yield from noted_first(instruction, [one.id for one in found.profiles])
        if not due and odd is None:
            return Result("no_match", evidence=found.last.evidence())
        jobs = tuple(deletion(one.id) for one in found.profiles)
        replies = all_good((yield jobs)) if jobs else [found.last]
        if odd is not None:
            raise odd
        detail = f"unconfirmed, {seen('profiles', len(jobs), len(due))}"
        return Result("accepted", evidence=replies[-1].evidence(detail=detail))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)
