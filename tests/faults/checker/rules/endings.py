"""Every planned delivery ends once in each cycle, and stays open only where that may be."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from checker.delivery import FAILED, RUNGS, TASK
from checker.finding import Finding
from checker.rules.dues import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.case import Case
    from checker.delivery import Delivery, Told


def ending(case: Case) -> Iterator[Finding]:
    may_be_open = set(case.run.expect.get("open", ()))
    for key, delivery in case.audit.deliveries.items():
        due = case.oracle.dues.get(key)
        for what in _wrong(delivery, is_open=key.lane in may_be_open, findable=due is None or due.findable):
            yield Finding("ending", key.lane, delivery.pid, f"{named(key)} {what}")


def _wrong(delivery: Delivery, *, is_open: bool, findable: bool) -> Iterator[str]:
    for cycle in range(delivery.cycle + 1):
        finals = delivery.finals(cycle)
        if len(finals) - upgrades(finals) > 1:
            yield f"ends more than once in cycle {cycle}: {', '.join(word(line) for line in finals)}"
        if delivery.times(TASK, cycle) > 1:
            yield f"is a task {delivery.times(TASK, cycle)} times in cycle {cycle}"
        if cycle < delivery.cycle and not finals:
            yield f"began cycle {cycle + 1} before cycle {cycle} had ended"
    if not delivery.finals(delivery.cycle) and delivery.outcome != TASK and not is_open:
        yield f"has no ending, only {delivery.outcome or 'silence'}"
    if delivery.outcome == FAILED and findable:
        yield "has failed"


def upgrades(finals: Sequence[Told]) -> int:
    """How many of them are a higher rung of success than the first: these may follow."""
    ranks = [RUNGS.index(word(line)) if word(line) in RUNGS else -1 for line in finals]
    return sum(earlier < later for earlier, later in pairwise(ranks) if earlier >= 0)


def word(line: Told) -> str:
    return str(line["record"]["outcome"])
