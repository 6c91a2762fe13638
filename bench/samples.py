"""From what was seen from outside to a rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Sample:
    """`at`: s; `total`: sum of end offsets; `cpu_s`, `vendor_cpu_s`: what these processes have used, where known."""

    at: float
    total: int
    cpu_s: float | None = None
    vendor_cpu_s: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """per_s, cpu_us: of the row's unit, events or deliveries; cpu_us: of the contender's process for each.

    done: those whose records are there; seconds: measured; bytes_each: mean size of a record that was counted;
    vendor_busy: which share of a core the vendor's process used: at 1 it would be the vendor that is measured.
    """

    per_s: float
    done: int
    seconds: float
    cpu_us: float | None
    bytes_each: float | None = None
    vendor_busy: float | None = None


@dataclass(slots=True)
class Progress:
    """End offsets over time: from the first progress, or the moment that work began, to the last progress."""

    first: Sample | None = None
    last: Sample | None = None

    def begins(self, sample: Sample) -> None:
        """Work is seen to begin, before any of it is done: then all of it counts, the first progress too."""
        self.first = self.first or sample

    def saw(self, sample: Sample) -> None:
        """Note a sum of end offsets; only a higher one counts."""
        if sample.total <= self.total:
            return
        self.last = sample
        self.first = self.first or sample

    @property
    def total(self) -> int:
        return self.last.total if self.last else 0

    @property
    def measured_s(self) -> float:
        """Time between the first and the last progress."""
        return self.last.at - self.first.at if self.first and self.last else 0.0

    def quiet_s(self, now: float) -> float:
        """How long nothing has moved; 0 before the first progress."""
        return now - self.last.at if self.last else 0.0

    def moved(self, per_one: int, records_per_offset: float = 1.0) -> float:
        """Events between first and last. What the first progress brought counts only where its begin was seen.

        records_per_offset: below 1 where some offsets are transaction markers and no records.

        Raises:
            ValueError: all came in one step, so there is no time to divide by.

        """
        if self.first is None or self.last is None or self.first is self.last:
            raise ValueError("all came in one step: too few events to measure")
        return (self.last.total - self.first.total) * records_per_offset / per_one

    def cpu_used_s(self) -> float | None:
        """CPU time of the contender between first and last."""
        return self._used(lambda sample: sample.cpu_s)

    def vendor_busy(self) -> float | None:
        """Cores that the vendor used between first and last."""
        used = self._used(lambda sample: sample.vendor_cpu_s)
        return used if used is None else used / self.measured_s

    def _used(self, cpu_s: Callable[[Sample], float | None]) -> float | None:
        if self.first is None or self.last is None:
            return None
        began, ended = cpu_s(self.first), cpu_s(self.last)
        return None if began is None or ended is None else ended - began
