"""How often each connection was called, in the worst window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.case import Case

_SECOND = 1_000_000


def quota(case: Case) -> Iterator[Finding]:
    """Every request counts, answered well or not; what a token costs doesn't."""
    for lane, limits in case.run.expect.get("limits", {}).items():
        adapter = case.run.connections[lane].adapter
        times = sorted(call["at"] for call in case.run.lines(f"calls/{lane}.jsonl") if call["vendor"] == adapter)
        if not times:
            yield Finding("quota", lane, None, f"no call stands in calls/{lane}.jsonl, so none can be counted")
        for most, seconds in limits:
            worst = _worst(times, round(seconds * _SECOND))
            if worst > most:
                yield Finding("quota", lane, None, f"{worst} calls within {seconds} s, where {most} are allowed")


def _worst(times: Sequence[int], span: int) -> int:
    """Most of these moments in any window that long."""
    worst = first = 0
    for number, time in enumerate(times):
        while time - times[first] >= span:
            first += 1
        worst = max(worst, number - first + 1)
    return worst
