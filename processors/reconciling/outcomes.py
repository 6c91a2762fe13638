"""What the audit tells of a delivery, and whether it may be told: each returns what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.words import RETAINED, contradict, is_final, is_upgrade
from processors.house_rule import INTERNAL_LIMIT
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.reconciling.duties import Duty, Person
    from processors.reconciling.finding import Kind
    from schemas.records import AuditRecord

    Wrong = Iterator[tuple[Kind, str]]
_BY = "by_event="


def told(duty: Duty, record: AuditRecord, person: Person) -> Wrong:
    """An outcome. Of one cycle the first final word counts; a higher rung of success may follow it."""
    cycle, word = record.cycle or 0, record.outcome
    if (record.lane, record.action, record.event_id) != (duty.lane, duty.action, duty.event_id):
        yield "conflicting", f"has an outcome, {word}, of another lane, action or event"
        return
    if cycle > duty.cycle:
        yield "conflicting", f"is {word} in cycle {cycle}, which never began"
        duty.begin(cycle)
    final = is_final(duty, word)
    if cycle < duty.cycle:
        if final and cycle > duty.unended:
            yield "surplus", f"ends as {word} in cycle {cycle}, while cycle {duty.cycle} is under way"
    elif duty.final is not None:
        yield from _once_more(duty, word) if final else ()
    else:
        duty.word = word
        if final:
            yield from ended(duty, word or "", record.at)
        if final and word == "superseded":
            yield from _superseded(duty, record, person)


def ended(duty: Duty, word: str, at: int) -> Wrong:
    """Whatever it ended as, at µs."""
    duty.word = duty.final = word
    duty.ended_at = at
    if duty.due_at is not None and at > duty.due_at:
        yield "late", f"ended as {word} at {iso(at)}, and was due at {iso(duty.due_at)}"


def began_anew(duty: Duty, record: AuditRecord) -> Wrong:
    """A cycle: by redrive, by what a read-back showed, or as the vendor need not keep it any more."""
    cycle = record.cycle or 0
    if cycle != duty.cycle + 1:
        yield "surplus", f"begins cycle {cycle} after cycle {duty.cycle}"
    elif duty.final is None:
        yield "conflicting", f"begins cycle {cycle} before cycle {duty.cycle} has ended"
    else:
        duty.told = False  # what was found of the cycle before says nothing of this one
        if duty.final == RETAINED or duty.due_at is None:  # its deadline passed long ago, or it had none
            duty.due_at = record.at + INTERNAL_LIMIT
    duty.begin(max(cycle, duty.cycle))


def _once_more(duty: Duty, word: str | None) -> Wrong:
    first = duty.final
    if is_upgrade(first, word):
        duty.final = word
    elif contradict(first, word):
        yield "conflicting", f"ends as {word}, and has ended as {first} in cycle {duty.cycle}"
    else:
        yield "surplus", f"ends once more, as {word}, in cycle {duty.cycle}"


def _superseded(duty: Duty, record: AuditRecord, person: Person) -> Wrong:
    """Something of the same person and lane that counts as much must have come behind it."""
    detail = (record.evidence.detail if record.evidence else None) or ""
    by = detail.removeprefix(_BY) if detail.startswith(_BY) else None
    others = [one for one in person.duties.values() if one.is_delivery and one.lane == duty.lane and one is not duty]
    if not any(_outweighs(one, duty) for one in others if by in {None, one.event_id}):
        yield "conflicting", f"is superseded by {by or 'something'}, and nothing of that lane is newer"


def _outweighs(newer: Duty, duty: Duty) -> bool:
    """A withdrawal always does, as it is planned only where it counts; so does the later one of one event's."""
    return newer.action == "withdraw" or newer.event_id == duty.event_id or newer.weight >= duty.weight
