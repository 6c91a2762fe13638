"""What may stay open where a vendor is dead is not forgotten: it waits in the lane's hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.delivery import TASK
from checker.finding import Finding
from checker.lanes import lane_of
from checker.rules.dues import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.case import Case


def waiting(case: Case) -> Iterator[Finding]:
    lanes = {name: lane_of(case.run, name) for name in case.run.expect.get("open", ())}
    for key, delivery in case.audit.deliveries.items():
        if key.lane not in lanes or delivery.finals(delivery.cycle) or delivery.outcome == TASK:
            continue
        if not lanes[key.lane].has(delivery.id):
            what = f"{named(key)} is open ({delivery.outcome or 'silence'}), and the lane has let go of it"
            yield Finding("waiting", key.lane, delivery.pid, what)
