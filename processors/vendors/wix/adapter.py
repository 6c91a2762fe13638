"""Wix: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Reply, Result, Script, all_good
from processors.vendors.read_backs import gone
from processors.vendors.second_look import noted_first
from processors.vendors.wix.consents import CONFIRMED, REVOKED, removal, set_to, upserts
from processors.vendors.wix.contacts import erase, look_up, names_of
from processors.vendors.wix.facts import WixFacts

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript

_CONSENT = "consent:"


class Wix(WixFacts):
    name = "wix"

    def grant(self, instruction: Instruction) -> Script:
        return self._set(instruction, CONFIRMED)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._set(instruction, REVOKED)

    def _set(self, instruction: Instruction, state: str) -> Script:
        """Whoever withdraws is out under all that their contacts have; a grant is of what they named alone."""
        names, odd = names_of(instruction)
        found = yield from look_up(names, self.options.headers)
        told = {channel for _, channel in instruction.cells}
        channels = [channel for channel in self.channels if channel in told]
        meant = found.names if state == CONFIRMED else found.all_names
        calls = upserts(meant, channels, state, self.options.opt_in, self.options.headers)
        if not calls and odd is None:
            return Result("no_match", evidence=found.reply.evidence(detail=f"contacts={len(found.ids)}"))
        replies = all_good((yield calls)) if calls else []
        for reply in replies:
            set_to(state, reply)
        if odd is not None:
            raise odd
        return Result("executed", evidence=replies[-1].evidence(detail=f"consents={len(replies)}"))

    def delete(self, instruction: Instruction) -> Script:
        """A consent is revoked before it is deleted: so marketing ends also where the contact is barred."""
        headers = self.options.headers
        names, odd = names_of(instruction)
        found = yield from look_up(names, headers)
        calls = upserts(found.all_names, self.channels, REVOKED, "", headers)
        revoked = all_good((yield calls)) if calls else []
        consents = [f"{_CONSENT}{set_to(REVOKED, reply)}" for reply in revoked]
        refs = yield from noted_first(instruction, [*found.ids, *consents])
        contacts = [ref for ref in refs if not ref.startswith(_CONSENT)]
        if not contacts:
            if odd is not None:
                raise odd
            return Result("no_match", evidence=found.reply.evidence())
        ended = yield from erase(contacts, headers)
        if not isinstance(ended, Reply):
            reason, shown = ended
            return Result("manual_task", reason, shown.evidence(detail=f"contacts={len(contacts)}"))
        due = [removal(ref.removeprefix(_CONSENT), headers) for ref in refs if ref.startswith(_CONSENT)]
        replies = [ended, *(all_good((yield tuple(due))) if due else [])]
        if odd is not None:
            raise odd
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(contacts)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        names, _ = names_of(instruction)
        found = yield from look_up(names, self.options.headers)
        return gone(found.ids, found.reply)
