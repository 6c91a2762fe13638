"""Amplitude: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.amplitude.facts import AmplitudeFacts
from processors.vendors.amplitude.ids import has_odd_number, numbers_of
from processors.vendors.amplitude.jobs import deletion, how_it_stands, put_into, question, unknown
from processors.vendors.base import BatchScript, Instruction, PollScript, Result, Script
from processors.vendors.id_lists import every, named
from processors.vendors.scripts import no_call
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Sequence


class Amplitude(AmplitudeFacts):
    name = "amplitude"

    def grant(self, _: Instruction) -> Script:
        return no_call("client_signal", "sdk_opt_out")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("client_signal", "sdk_opt_out")

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        people, outcomes = named(instructions, *self.identifies_by)
        users, _ = named(instructions, "user_id")
        numbers = {one.delivery_id: numbers_of(one) for one in instructions}
        if users or any(numbers.values()):
            reply = yield deletion(every(users), every(numbers), self.options.requester)
            strangers = unknown(reply)
            for who in people:
                ids = {*users.get(who, ()), *numbers[who]}
                if not ids:  # nobody was asked about; why, is said below
                    continue
                known = ids - strangers
                outcomes[who] = put_into(reply, known) if known else Result("no_match", evidence=reply.evidence())
        odd = VendorRefused("amplitude_id_is_no_number")  # the others' names have been acted on
        return outcomes | {one.delivery_id: odd for one in instructions if has_odd_number(one)}

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        reply = yield question(ref for one in instructions for ref in one.refs)
        return {one.delivery_id: how_it_stands(reply, one.refs) for one in instructions}
