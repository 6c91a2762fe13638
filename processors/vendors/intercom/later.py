"""Intercom, whose search lags: looked up twice before it acts, and asked later whether what was done stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Result
from processors.vendors.intercom.contacts import is_unsubscribed, look_up, refused
from processors.vendors.intercom.subscriptions import is_out, kinds_of
from processors.vendors.later import Undone
from processors.vendors.second_look import look_again, noted

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import Instruction, ReadBackScript, Step
    from processors.vendors.intercom.contacts import Found
    from processors.vendors.intercom.options import IntercomOptions


def find(instruction: Instruction, options: IntercomOptions) -> Generator[Step, Any, Found]:
    """The person's contacts; whom a first look doesn't find is left for a second one."""
    found = yield from look_up(options.fields_of(instruction))
    if not found.ids and not noted(instruction):
        yield from look_again(instruction, options.search_lag_s)
    return found


def read_back(instruction: Instruction, options: IntercomOptions) -> ReadBackScript:
    found = yield from look_up(options.fields_of(instruction))
    if instruction.action == "delete":
        if found.ids:
            return Undone(refused("found_again", found.reply))
        return Result("verified", evidence=found.reply.evidence(detail="not_found"))
    kinds = {} if instruction.all_purposes else (yield from kinds_of(options.types_of(instruction)))
    for contact in sorted(found.ids):
        off, reply = yield from is_unsubscribed(contact)
        if not off and kinds:
            off, reply = yield from is_out(contact, kinds)
        if not off:
            return Undone(refused("not_opted_out", reply))
    return Result("verified", evidence=found.reply.evidence(detail=f"contacts={len(found.ids)}"))
