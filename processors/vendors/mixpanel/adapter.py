"""Mixpanel: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.id_lists import every, named
from processors.vendors.mixpanel.facts import MixpanelFacts
from processors.vendors.mixpanel.tasks import how_it_stands, id_of, question, task, under_way
from processors.vendors.scripts import no_call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import BatchScript, Instruction, PollScript, Script


class Mixpanel(MixpanelFacts):
    name = "mixpanel"

    def grant(self, _: Instruction) -> Script:
        return no_call("client_signal", "sdk_opt_out")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("client_signal", "sdk_opt_out")

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        people, outcomes = named(instructions, *self.identifies_by)
        if people:  # a task of nobody is none that Mixpanel should be asked for
            reply = yield task(every(people), self.options)
            outcomes |= dict.fromkeys(people, under_way(reply, id_of(reply)))
        return outcomes

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        (job,) = {ref for one in instructions for ref in one.refs}
        reply = yield question(job, self.options)
        people, answers = named(instructions, *self.identifies_by)
        return {**answers, **{who: how_it_stands(reply, job, ids) for who, ids in people.items()}}
