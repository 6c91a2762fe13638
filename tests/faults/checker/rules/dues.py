"""What is due is planned as it should be; nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.case import Case
    from checker.delivery import Delivery
    from checker.desk import Due, Key


def due(case: Case) -> Iterator[Finding]:
    dues, planned = case.oracle.dues, case.audit.deliveries
    for key, due in dues.items():
        pid = case.run.pid(due.subject_id)
        what = _wrong(due, planned[key], pid) if key in planned else "was never planned"
        if what:
            yield Finding("due", key.lane, pid, f"{named(key)} {what}")
    for key in planned.keys() - dues.keys():
        yield Finding("due", key.lane, planned[key].pid, f"{named(key)} was planned and is not due")
    for delivery_id, lane in case.audit.strays.items():
        yield Finding("due", lane, None, f"delivery {delivery_id} has an outcome and was never planned")


def named(key: Key) -> str:
    return f"{key.action} of event {key.event_id}"


def _wrong(due: Due, delivery: Delivery, pid: str | None) -> str | None:
    if delivery.planned > 1:
        return f"was planned {delivery.planned} times"
    if delivery.pid != pid:
        return "was planned for somebody else"
    if (delivery.scope, delivery.everything) != (due.cells, due.everything):
        differing = ", ".join(f"{p} on {c}" for p, c in sorted(delivery.scope ^ due.cells)) or "all purposes"
        return f"has another scope: {differing}"
    return None
