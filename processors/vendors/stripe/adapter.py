"""Stripe: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.read_backs import gone
from processors.vendors.scripts import no_call
from processors.vendors.second_look import noted
from processors.vendors.stripe.customers import in_the_way, look_up, still_there
from processors.vendors.stripe.facts import StripeFacts
from processors.vendors.stripe.redaction import progress, redact
from processors.vendors.stripe.removal import customers_in, remove
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import PollScript, ReadBackScript
    from processors.vendors.later import Undone


class Stripe(StripeFacts):
    name = "stripe"

    def grant(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_at_stripe")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_at_stripe")

    def delete(self, instruction: Instruction) -> Script:
        """Who was noted once is all who is deleted: who has come back when it is reviewed is a customer anew."""
        known = noted(instruction)
        if known and self.options.keep_years is not None:
            found = yield from still_there(customers_in(known))
        else:
            found = yield from look_up(instruction.need("email"), search=self.options.search)
        if not (found.ids or known):
            return Result("no_match", evidence=found.reply.evidence())
        if obstacle := (yield from in_the_way(found.ids)):
            reason, shown = obstacle
            return Result("manual_task", reason, shown.evidence(detail=f"customers={len(found.ids)}"))
        if self.options.keep_years is not None:
            return (yield from remove(instruction, found, known, self.options.keep_years))
        return (yield from redact(instruction, found, known))

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        said: dict[str, Result | Undone | VendorError] = {}
        for one in instructions:
            try:
                said[one.delivery_id] = yield from progress(one.refs)
            except VendorError as error:
                said[one.delivery_id] = error
        return said

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(instruction.need("email"), search=self.options.search)
        return gone(found.ids, found.reply)
