"""Twilio: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Note, Result, Script
from processors.vendors.identifiers import e164
from processors.vendors.later import Undone
from processors.vendors.twilio import records
from processors.vendors.twilio.consents import Status, tell
from processors.vendors.twilio.facts import TwilioFacts
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import BatchScript, ReadBackScript

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
        account = self.options.account_sid
        found, last = yield from records.look_up(account, list(map(e164, instruction.need("phone"))))
        tried = _ERASING in instruction.refs
        if not found:
            seen = "records=0, not_found_again" if tried else None
            return Result("executed" if tried else "no_match", evidence=last.evidence(detail=seen))
        if not tried:  # a second try may find nothing any more
            yield Note(instruction.delivery_id, (_ERASING,))
        last = yield from records.erase(found)
        return Result("executed", evidence=last.evidence(detail=f"records={len(found)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found, last = yield from records.look_up(self.options.account_sid, list(map(e164, instruction.need("phone"))))
        if found:
            told: dict[str, Any] = {"status": last.status, "response_sha256": last.sha256}
            return Undone(VendorRefused("found_again", **told))
        return Result("verified", evidence=last.evidence(detail="no_record"))
