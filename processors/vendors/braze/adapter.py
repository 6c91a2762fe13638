"""Braze: the calls of each action."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.vendors.base import BatchScript, Result, Script
from processors.vendors.braze.calls import ALL_EMAIL, Share, accepted, carry_out, sets
from processors.vendors.braze.erase import erase
from processors.vendors.braze.facts import BrazeFacts
from processors.vendors.braze.later import read_back
from processors.vendors.braze.people import look_up
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import Answer, Instruction, ReadBackScript


class Braze(BrazeFacts):
    name = "braze"

    def grant(self, instruction: Instruction) -> Script:
        self.options.require_all(instruction)
        who, emails = instruction.delivery_id, instruction.need("email")
        found = (yield from look_up({who: emails}))[who]
        if found.error is not None:
            raise found.error
        evidence = found.reply.evidence() if found.reply else None
        if not found.ids:
            return Result("no_match", evidence=evidence)
        if "unsubscribed" in found.mail:
            return Result("manual_task", "unsubscribed_from_all_email", evidence)
        shares = {group: [(who, email) for email in emails] for group in self.options.of(instruction)}
        came = accepted((yield from carry_out(sets(shares, "subscribed")))[who])
        if isinstance(came, VendorError):
            raise came
        return came

    def withdraw_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        outcomes: dict[str, Result | VendorError] = {}
        shares: dict[str, list[Share]] = defaultdict(list)
        for one in instructions:
            try:
                emails = one.need("email")
                targets = [*self.options.of(one), *([ALL_EMAIL] if one.all_purposes else [])]
            except VendorError as error:
                outcomes[one.delivery_id] = error
                continue
            for target in targets:
                shares[target] += [(one.delivery_id, email) for email in emails]
        said = yield from carry_out(sets(shares, "unsubscribed"))
        asked = [one for one in instructions if one.delivery_id not in outcomes]
        return outcomes | {one.delivery_id: self._withdrawn(one, said[one.delivery_id]) for one in asked}

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return erase(instructions)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)

    def _withdrawn(self, instruction: Instruction, answers: Sequence[Answer]) -> Result | VendorError:
        came = accepted(answers)
        if isinstance(came, Result):
            try:
                self.options.require_all(instruction)
            except VendorError as error:
                return error
        return came
