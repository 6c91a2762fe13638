"""The calls that an instruction would make, with the vendor played by its own adapter. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from processors.engine.run import Outcome, outcome_of
from processors.engine.script import drive
from processors.vendors.base import Call, Note, Step

if TYPE_CHECKING:
    from processors.vendors.base import Instruction, Vendor


@dataclass(slots=True)
class Rehearsal:
    """`steps` in their order: calls, and the notes between them. `outcome` if the vendor answers as hoped."""

    outcome: Outcome
    steps: list[Call | Note] = field(default_factory=list)


async def rehearse(vendor: Vendor, instruction: Instruction) -> Rehearsal:
    steps: list[Call | Note] = []

    async def perform(step: Step) -> Any:
        several = step if isinstance(step, tuple) else (step,)
        steps.extend(several)
        answers = tuple(vendor.rehearse(one) if isinstance(one, Call) else None for one in several)
        return answers if isinstance(step, tuple) else answers[0]

    if vendor.can[instruction.action].batch > 1:
        ended = await drive(partial(vendor.batch_script, [instruction]), perform)
        ended = ended[instruction.delivery_id] if isinstance(ended, dict) else ended
    else:
        ended = await drive(partial(vendor.script, instruction), perform)
    return Rehearsal(outcome_of(ended), steps)
