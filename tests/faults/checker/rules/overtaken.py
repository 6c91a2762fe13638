"""What is said to be overtaken was so: something newer of the same person and lane decides it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.delivery import SUPERSEDED
from checker.finding import Finding
from checker.rules.dues import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.case import Case, Instruction


def superseded(case: Case) -> Iterator[Finding]:
    for (subject_id, lane), told in case.told.items():
        for number, one in enumerate(told):
            if not is_answered(one, told[number + 1 :]):
                what = f"{named(one.key)} was overtaken by nothing newer"
                yield Finding("superseded", lane, case.run.pid(subject_id), what)


def is_answered(one: Instruction, later: Sequence[Instruction]) -> bool:
    """Whether later ones decide all of it that was not carried out. A deletion gives way to another one only."""
    said_so = SUPERSEDED in {one.delivery.made, one.delivery.outcome}
    gone = one.delivery.scope if said_so else one.delivery.scope - one.delivery.left
    if not gone and not said_so:
        return True
    newer = [other for other in later if _outweighs(other, one)]
    if any(other.key.action == "delete" for other in newer):
        return True
    anew = frozenset[tuple[str, str]]().union(*(other.due.cells for other in newer))
    return one.key.action != "delete" and gone <= anew


def _outweighs(later: Instruction, one: Instruction) -> bool:
    """Chosen later, or as protective at the same moment; a withdrawal and what is of the same event always."""
    if later.key.event_id == one.key.event_id or later.key.action == "withdraw":
        return True
    return (later.due.at, later.key.action != "grant") >= (one.due.at, one.key.action != "grant")
