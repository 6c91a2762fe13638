"""HubSpot, asked later: whether contacts are gone, and whether an address is out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Result
from processors.vendors.hubspot.contacts import look_up
from processors.vendors.hubspot.outcomes import done
from processors.vendors.hubspot.statuses import are_out, refused, wide_statuses
from processors.vendors.later import Undone

if TYPE_CHECKING:
    from processors.vendors.base import Instruction, ReadBackScript
    from processors.vendors.hubspot.options import HubspotOptions


def read_back(instruction: Instruction, options: HubspotOptions) -> ReadBackScript:
    emails = instruction.need("email")
    if instruction.action == "delete":
        found = yield from look_up(emails)
        if found.ids:
            return Undone(refused("found_again", found.reply))
        return Result("verified", evidence=found.reply.evidence(detail="not_found"))
    numbers = [] if instruction.all_purposes else options.numbers(options.mailed(instruction))
    wide = yield from wide_statuses(emails)
    each = yield from are_out(emails, numbers)
    for (out_of_all, _), (is_out, reply) in zip(wide, each, strict=True):
        if not (out_of_all or is_out):
            return Undone(refused("not_opted_out", reply))
    return done("verified", instruction, options, each[-1][1].evidence(detail=f"addresses={len(emails)}"))
