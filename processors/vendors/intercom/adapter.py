"""Intercom: the calls of each action."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.intercom.contacts import erase, is_unsubscribed, look_up, refused, unsubscribe
from processors.vendors.intercom.facts import IntercomFacts
from processors.vendors.intercom.subscriptions import choose, is_out, kinds_of
from processors.vendors.later import Undone
from processors.vendors.mailing_lists import require_all
from processors.vendors.one_by_one import each
from processors.vendors.second_look import look_again, noted, noted_first

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import ReadBackScript, Step
    from processors.vendors.intercom.contacts import Found


class Intercom(IntercomFacts):
    name = "intercom"

    def grant(self, instruction: Instruction) -> Script:
        require_all(instruction.purposes, self.options.subscriptions, "subscription")
        found = yield from self._look_up(instruction)
        if not found.ids:
            return Result("no_match", evidence=found.reply.evidence())
        kinds = yield from kinds_of(self._types(instruction))
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
        found = yield from self._look_up(instruction)
        if not found.ids:
            return Result("no_match", evidence=found.reply.evidence())
        kinds = {} if instruction.all_purposes else (yield from kinds_of(self._types(instruction)))
        if instruction.all_purposes:
            replies = yield from each(sorted(found.ids), partial(unsubscribe, out=True))
        else:
            replies = yield from choose(sorted(found.ids), kinds, out=True)
            require_all(instruction.purposes, self.options.subscriptions, "subscription")
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(found.ids)}"))

    def delete(self, instruction: Instruction) -> Script:
        """Not to be repeated blindly: the search may already hide whom an earlier try was about."""
        found = yield from self._look_up(instruction)
        contacts = yield from noted_first(instruction, found.ids)
        if not contacts:
            return Result("no_match", evidence=found.reply.evidence())
        replies = yield from each(contacts, erase)
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(contacts)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(self._fields(instruction))
        if instruction.action == "delete":
            if found.ids:
                return Undone(refused("found_again", found.reply))
            return Result("verified", evidence=found.reply.evidence(detail="not_found"))
        kinds = {} if instruction.all_purposes else (yield from kinds_of(self._types(instruction)))
        for contact in sorted(found.ids):
            off, reply = yield from is_unsubscribed(contact)
            if not off and kinds:
                off, reply = yield from is_out(contact, kinds)
            if not off:
                return Undone(refused("not_opted_out", reply))
        return Result("verified", evidence=found.reply.evidence(detail=f"contacts={len(found.ids)}"))

    def _look_up(self, instruction: Instruction) -> Generator[Step, Any, Found]:
        """The person's contacts; whom a first look doesn't find is left for a second one."""
        found = yield from look_up(self._fields(instruction))
        if not found.ids and not noted(instruction):
            yield from look_again(instruction, self.options.search_lag_s)
        return found

    def _fields(self, instruction: Instruction) -> list[tuple[str, str]]:
        fields = {"email": "email", **({self.options.external_id: "external_id"} if self.options.external_id else {})}
        instruction.need(*fields)
        return list(dict.fromkeys((fields[one.type], one.value) for one in instruction.known(*fields)))

    def _types(self, instruction: Instruction) -> list[str]:
        known = self.options.subscriptions
        return [known[purpose] for purpose in instruction.purposes if purpose in known]
