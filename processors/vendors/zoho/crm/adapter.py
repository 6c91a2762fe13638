"""Zoho CRM: the calls of each action."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from processors.vendors.zoho.crm.erase import erase
from processors.vendors.zoho.crm.facts import ZohoCrmFacts
from processors.vendors.zoho.crm.later import poll, read_back
from processors.vendors.zoho.crm.outcomes import erased
from processors.vendors.zoho.crm.people import find, notes_of, records_noted
from processors.vendors.zoho.crm.update import switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import BatchScript, Instruction, PollScript, ReadBackScript, Script
    from processors.vendors.later import Schedule
    from schemas.records import Action


class ZohoCrm(ZohoCrmFacts):
    name = "zoho_crm"

    def grant(self, instruction: Instruction) -> Script:
        return switch(instruction, self.options, out=False)

    def withdraw(self, instruction: Instruction) -> Script:
        return switch(instruction, self.options, out=True)

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        """Deleting is no act to repeat blindly: a second try must know the records that are in the bin by now."""
        people = yield from find(instructions, self.options)
        noted = {one.delivery_id: records_noted(one) for one in instructions}
        due = {who: person.refs | noted[who] for who, person in people.items() if person.error is None}
        if notes := notes_of(due, noted):
            yield notes
        fates = yield from erase({ref for refs in due.values() for ref in refs}, self.options.mass_delete_above)
        return {who: person.error or erased(person, due[who], fates) for who, person in people.items()}

    def polls(self, action: Action) -> Schedule | None:
        usual = super().polls(action)
        return usual and replace(usual, first_s=self.options.job_poll_s)

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        return poll(instructions)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)
