"""Every planned delivery ends once in each cycle, and stays open only where that may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.delivery import FAILED, RUNGS, TASK
from checker.finding import Finding
from checker.outages import AFTERMATH
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


def twice(case: Case) -> Iterator[Finding]:
    """A second ending: by somebody who was frozen and is awake again, or whoever it was."""
    frozen = [(fault["until"], fault["until"] + AFTERMATH) for fault in case.run.faults if fault["what"] == "freeze"]
    for key, delivery in case.audit.deliveries.items():
        for cycle in range(delivery.cycle + 1):
            for one in (*_more(delivery.finals(cycle)), *delivery.tasks(cycle)[1:]):
                rule = "zombie" if any(began <= one.at <= ended for began, ended in frozen) else "ending"
                what = f"{named(key)} ends once more in cycle {cycle}, as {one.outcome}"
                yield Finding(rule, key.lane, delivery.pid, what)


def _wrong(delivery: Delivery, *, is_open: bool, findable: bool) -> Iterator[str]:
    for cycle in range(delivery.begins, delivery.cycle):
        if not delivery.finals(cycle):
            yield f"began cycle {cycle + 1} before cycle {cycle} had ended"
    if not delivery.finals(delivery.cycle) and delivery.outcome != TASK and not is_open:
        yield f"has no ending, only {delivery.outcome or 'silence'}"
    if delivery.outcome == FAILED and findable:
        yield "has failed"


def _more(finals: Sequence[Told]) -> Iterator[Told]:
    """Those after the first that aren't a higher rung of success than all before."""
    reached = None
    for one in finals:
        rung = RUNGS.index(one.outcome) if one.outcome in RUNGS else -1
        if reached is not None and not 0 <= reached < rung:
            yield one
        reached = rung if reached is None else max(reached, rung)
