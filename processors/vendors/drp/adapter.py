"""Data Rights Protocol 1.0: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, PollScript, Result, Script
from processors.vendors.drp.facts import DrpFacts
from processors.vendors.drp.several import asked, exercise
from processors.vendors.later import Undone
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.drp.options import Right
    from schemas.errors import VendorError

_NO_CALL = "not_in_protocol"
_ENDS = ("executed", "no_match")


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
        if not set(instruction.purposes) & set(self.options.sale):
            return Result("manual_task", _NO_CALL)
        result = yield from self._exercise(instruction, right)
        return Result("manual_task", _NO_CALL, result.evidence) if self._leaves(instruction, result) else result

    def _leaves(self, instruction: Instruction, result: Result) -> bool:
        """Whether it ends so with a part undone. What is under way is asked about first; a task has its name."""
        return (
            result.outcome in _ENDS
            and instruction.action != "delete"
            and not set(instruction.purposes) <= set(self.options.sale)
        )

    def _exercise(self, instruction: Instruction, right: Right) -> Script:
        if right not in self.options.offers:
            return Result("manual_task", "not_offered")
        return (yield from exercise(instruction, right, self.options))

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        answers: dict[str, Result | Undone | VendorError] = {}
        for one in instructions:
            said = yield from asked(one.refs)
            leaves = isinstance(said, Result) and self._leaves(one, said)
            answers[one.delivery_id] = Undone(VendorRefused(_NO_CALL)) if leaves else said
        return answers
