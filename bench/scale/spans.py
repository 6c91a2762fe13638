"""Where the time of one event went, and percentiles of many."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STEPS = ("acknowledged_ms", "planned_ms", "called_ms", "calls_ms", "final_ms")
"""The fields of `Spans` that follow one another."""


@dataclass(frozen=True, slots=True)
class Spans:
    """All in ms, one behind the other; `total_ms` is their sum.

    acknowledged_ms: until the broker has the event; planned_ms: until the plan can be read; called_ms: until the
    first call reaches a vendor; calls_ms: from there to the last answer; final_ms: until the last final outcome can
    be read. vendor_ms: the part of calls_ms in which a vendor was at work.
    """

    acknowledged_ms: float
    planned_ms: float
    called_ms: float
    calls_ms: float
    final_ms: float
    vendor_ms: float
    calls: int

    @classmethod
    def of(
        cls, began: float, acknowledged: float, planned: float, calls: Sequence[tuple[float, float]], final: float
    ) -> Self:
        """From moments in s; a call may come before the plan was seen here, as its reader polls too."""
        first = max(planned, min((begin for begin, _ in calls), default=planned))
        last = max(first, max((end for _, end in calls), default=first))
        moments = [1000 * moment for moment in (began, acknowledged, planned, first, last, final)]
        steps = dict(zip(STEPS, (later - earlier for earlier, later in pairwise(moments)), strict=True))
        return cls(**steps, vendor_ms=1000 * covered(calls), calls=len(calls))

    @property
    def total_ms(self) -> float:
        return float(sum(getattr(self, step) for step in STEPS))

    @property
    def relay_ms(self) -> float:
        """What is left without the vendors' own time."""
        return self.total_ms - self.vendor_ms


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Length of all spans together, what several cover counted once."""
    total, end = 0.0, float("-inf")
    for begin, stop in sorted(spans):
        total += max(0.0, stop - max(begin, end))
        end = max(end, stop)
    return total


def percentiles(values: Sequence[float], upper: int = 95) -> tuple[float, float]:
    """p50, and p95 or another one."""
    cuts = quantiles([*values, *values], n=100, method="inclusive")
    return cuts[49], cuts[upper - 1]
