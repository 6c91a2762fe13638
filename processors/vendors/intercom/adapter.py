"""Intercom: the calls of each action."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.intercom.contacts import erase, is_unsubscribed, unsubscribe
from processors.vendors.intercom.facts import IntercomFacts
from processors.vendors.intercom.later import find, read_back
from processors.vendors.intercom.subscriptions import choose, kinds_of
from processors.vendors.mailing_lists import require_all
from processors.vendors.one_by_one import each
from processors.vendors.second_look import noted_first

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript


class Intercom(IntercomFacts):
    name = "intercom"

    def grant(self, instruction: Instruction) -> Script:
        require_all(instruction.purposes, self.options.subscriptions, "subscription")
        found = yield from find(instruction, self.options)
        if not found.ids:
            return Result("no_match", evidence=found.reply.evidence())
        kinds = yield from kinds_of(self.options.types_of(instruction))
        # `all_purposes` leaves out what needs a grant by name: only this says that nothing stays withdrawn.
        is_everything = set(self.options.subscriptions) == set(instruction.purposes)
        are_off = []
        for contact in sorted(found.ids):
            yield from choose([contact], kinds, out=False)
            if is_everything:
                yield from unsubscribe(contact, out=False)
            are_off.append((yield from is_unsubscribed(contact)))
        evidence = are_off[-1][1].evidence(detail=f"contacts={len(are_off)}")
        if any(is_off for is_off, _ in are_off):
            return Result("manual_task", "unsubscribed_from_all", evidence)
        return Result("executed", evidence=evidence)

    def withdraw(self, instruction: Instruction) -> Script:
        found = yield from find(instruction, self.options)
        if not found.ids:
            return Result("no_match", evidence=found.reply.evidence())
        if instruction.all_purposes:
            replies = yield from each(sorted(found.ids), partial(unsubscribe, out=True))
        else:
            kinds = yield from kinds_of(self.options.types_of(instruction))
            replies = yield from choose(sorted(found.ids), kinds, out=True)
            require_all(instruction.purposes, self.options.subscriptions, "subscription")
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(found.ids)}"))

    def delete(self, instruction: Instruction) -> Script:
        """Not to be repeated blindly: the search may already hide whom an earlier try was about."""
        found = yield from find(instruction, self.options)
        contacts = yield from noted_first(instruction, found.ids)
        if not contacts:
            return Result("no_match", evidence=found.reply.evidence())
        replies = yield from each(contacts, erase)
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(contacts)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)
