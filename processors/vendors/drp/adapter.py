"""Data Rights Protocol 1.0: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, PollScript, Result, Script
from processors.vendors.drp.facts import DrpFacts
from processors.vendors.drp.several import asked, exercise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.drp.options import Right
    from processors.vendors.later import Undone
    from schemas.errors import VendorError

_NO_CALL = "not_in_protocol"


class Drp(DrpFacts):
    name = "drp"

    def grant(self, instruction: Instruction) -> Script:
        return self._choice(instruction, "sale:opt-in")

    def withdraw(self, instruction: Instruction) -> Script:
        return self._choice(instruction, "sale:opt-out")

    def delete(self, instruction: Instruction) -> Script:
        return self._exercise(instruction, "deletion")

    def _choice(self, instruction: Instruction, right: Right) -> Script:
        """What is no sale has no call: whatever was done of the rest, a person has to do that."""
        others = set(instruction.purposes) - set(self.options.sale)
        if others == set(instruction.purposes):
            return Result("manual_task", _NO_CALL)
        result = yield from self._exercise(instruction, right)
        return Result("manual_task", _NO_CALL, result.evidence) if others else result

    def _exercise(self, instruction: Instruction, right: Right) -> Script:
        if right not in self.options.offers:
            return Result("manual_task", "not_offered")
        return (yield from exercise(instruction, right, self.options))

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        answers: dict[str, Result | Undone | VendorError] = {}
        for one in instructions:
            answers[one.delivery_id] = yield from asked(one.refs)
        return answers
