"""Salesforce: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Options, Reply, Result, Script
from processors.vendors.capability import Capability
from processors.vendors.salesforce.answers import fault, read_back
from processors.vendors.salesforce.facts import BIN_S, READ_BACK_S, SalesforceFacts
from processors.vendors.salesforce.mask import masked
from processors.vendors.salesforce.records import change, erase, look_up
from processors.vendors.second_look import noted_first

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript
    from schemas.errors import VendorError


class Salesforce(SalesforceFacts):
    name = "salesforce"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if self.options.erase == "mask":
            says = "writes over the standard fields of every lead and contact with the address; the record stays"
            mask = Capability(idempotent=False, read_back_s=READ_BACK_S, says=says)
            vars(self).update(can={**self.can, "delete": mask})

    def grant(self, instruction: Instruction) -> Script:
        return self._switch(instruction, out=False)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._switch(instruction, out=True)

    def _switch(self, instruction: Instruction, *, out: bool) -> Script:
        found = yield from look_up(instruction.need("email"))
        if not found.living:
            return Result("no_match", evidence=found.reply.evidence())
        reply, left = yield from change(sorted(found.living), lambda _: {"HasOptedOutOfEmail": out})
        evidence = reply.evidence(detail=f"records={len(found.living)}")
        if any(found.living[ref] is not out for ref in left):
            return Result("manual_task", "converted_lead", evidence)
        return Result("executed", evidence=evidence)

    def delete(self, instruction: Instruction) -> Script:
        """Noted first: a record that is masked is not found by its address any more."""
        found = yield from look_up(instruction.need("email"))
        records = yield from noted_first(instruction, found.living)
        if not records and not found.binned:
            return Result("no_match", evidence=found.reply.evidence())
        due, reply, left = [one for one in records if one not in found.binned], found.reply, set[str]()
        if due and self.options.erase == "mask":
            reply, left = yield from change(due, lambda kind: masked(kind, self.options.also.get(kind, ())))
        elif due:
            reply = yield from erase(due)
        detail = f"records={len({*records, *found.binned})}"
        if left:
            return Result("manual_task", "converted_lead", reply.evidence(detail=detail))
        if self.options.erase == "mask" and not found.binned:
            return Result("executed", evidence=reply.evidence(detail=detail))
        return Result("accepted", evidence=reply.evidence(detail=detail, vendor_limit_s=BIN_S))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction)

    def fault(self, reply: Reply) -> VendorError | None:
        return fault(reply)
