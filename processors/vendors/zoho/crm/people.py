"""Zoho CRM: the records of each of several people, and what an earlier try has noted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Note
from processors.vendors.second_look import LOOKED, not_found_yet
from processors.vendors.zoho.crm.jobs import JOB
from processors.vendors.zoho.crm.search import Found, look_up
from schemas.errors import MissingIdentity

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from processors.vendors.base import Instruction, Step
    from processors.vendors.zoho.crm.options import CrmOptions


def find(instructions: Sequence[Instruction], options: CrmOptions) -> Generator[Step, Any, dict[str, Found]]:
    """The records of each; whom a first look doesn't find is left for a second one, later."""
    people: dict[str, Found] = {}
    emails: dict[str, Sequence[str]] = {}
    for instruction in instructions:
        try:
            emails[instruction.delivery_id] = instruction.need("email")
        except MissingIdentity as error:
            people[instruction.delivery_id] = Found(error=error)
    people |= yield from look_up(emails, options)
    first_look = {i.delivery_id for i in instructions if not i.refs} if options.search_lag_s else set()
    early = [who for who, p in people.items() if who in first_look and p.error is None and not p.refs]
    if early:
        yield tuple(Note(who, (LOOKED,)) for who in early)
    for who in early:
        people[who].error = not_found_yet(options.search_lag_s)
    return people


def records_noted(instruction: Instruction) -> set[str]:
    """By an earlier try, before it deleted them."""
    return {ref for ref in instruction.refs if not ref.startswith((LOOKED, JOB))}


def notes_of(due: Mapping[str, set[str]], noted: Mapping[str, set[str]]) -> tuple[Note, ...]:
    """Of whom there is something new to note."""
    return tuple(Note(who, tuple(sorted(refs))) for who, refs in due.items() if refs != noted[who])
