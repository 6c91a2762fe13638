"""Twilio: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Note, Result, Script
from processors.vendors.identifiers import require_forms, searched
from processors.vendors.later import Undone
from processors.vendors.twilio import records
from processors.vendors.twilio.consents import Status, tell
from processors.vendors.twilio.facts import TwilioFacts
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import BatchScript, ReadBackScript
    from schemas.errors import VendorError

_ERASING = "erasing"


class Twilio(TwilioFacts):
    name = "twilio"

    def grant_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return self._tell(instructions, "opt-in")

    def withdraw_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return self._tell(instructions, "opt-out")

    def _tell(self, instructions: Sequence[Instruction], status: Status) -> BatchScript:
        return tell(instructions, self.options.senders, status, self.options.source)

    def delete(self, instruction: Instruction) -> Script:
        phones, odd = _numbers(instruction)
        found, last = yield from records.look_up(self.options.account_sid, phones)
        tried = _ERASING in instruction.refs
        if not found and odd is None:
            seen = "records=0, not_found_again" if tried else None
            return Result("executed" if tried else "no_match", evidence=last.evidence(detail=seen))
        if found and not tried:  # a second try may find nothing any more
            yield Note(instruction.delivery_id, (_ERASING,))
        last = (yield from records.erase(found)) if found else last
        if odd is not None:
            raise odd
        return Result("executed", evidence=last.evidence(detail=f"records={len(found)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        phones, _ = _numbers(instruction)
        found, last = yield from records.look_up(self.options.account_sid, phones)
        if found:
            told: dict[str, Any] = {"status": last.status, "response_sha256": last.sha256}
            return Undone(VendorRefused("found_again", **told))
        return Result("verified", evidence=last.evidence(detail="no_record"))


def _numbers(instruction: Instruction) -> tuple[list[str], VendorError | None]:
    """Those of the person, and the error of one that can't be written, to be told when all else is done."""
    phones, odd = require_forms(instruction, ("phone",), searched)
    return [phone for _, phone in phones], odd
