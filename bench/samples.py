"""From what was seen from outside to a rate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """`at`: s; `total`: sum of end offsets; `cpu_s`: what the contender's process has used, where it is known."""

    at: float
    total: int
    cpu_s: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`done`: events whose deliveries are there; `seconds`: measured; `cpu_us_per_event`: of its process alone."""

    events_per_s: float
    done: int
    seconds: float
    cpu_us_per_event: float | None


@dataclass(slots=True)
class Progress:
    """End offsets over time, from the first progress to the last."""

    first: Sample | None = None
    last: Sample | None = None

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

    def moved(self, per_event: int, records_per_offset: float = 1.0) -> float:
        """Events between first and last. What the first progress brought isn't counted: nobody saw how long it took.

        records_per_offset: below 1 where some offsets are transaction markers and no records.

        Raises:
            ValueError: all came in one step, so there is no time to divide by.

        """
        if self.first is None or self.last is None or self.first is self.last:
            raise ValueError("all came in one step: too few events to measure")
        return (self.last.total - self.first.total) * records_per_offset / per_event

    def cpu_used_s(self) -> float | None:
        """CPU time of the contender between first and last."""
        if self.first is None or self.last is None or self.first.cpu_s is None or self.last.cpu_s is None:
            return None
        return self.last.cpu_s - self.first.cpu_s
