"""From what was seen from outside to a rate."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """End offsets over time: `first` and `last` are (s, sum of offsets) at the first and the last progress."""

    first: tuple[float, int] | None = None
    last: tuple[float, int] | None = None
    steps: int = field(default=0)

    def saw(self, at: float, total: int) -> None:
        """Note a sum of end offsets; only a higher one counts."""
        if total <= (self.last[1] if self.last else 0):
            return
        self.last = (at, total)
        self.steps += 1
        if self.first is None:
            self.first = self.last

    @property
    def total(self) -> int:
        return self.last[1] if self.last else 0

    def quiet_s(self, now: float) -> float:
        """How long nothing has moved; 0 before the first progress."""
        return now - self.last[0] if self.last else 0.0

    def measured_s(self) -> float:
        """Time between the first and the last progress."""
        return self.last[0] - self.first[0] if self.first and self.last else 0.0

    def rate(self, per_event: int, records_per_offset: float = 1.0) -> float:
        """Events/s. What came with the first progress isn't counted: nobody saw how long it took.

        records_per_offset: below 1 where some offsets are transaction markers and no records.

        Raises:
            ValueError: there was only one step, so there is no time to divide by.

        """
        if self.first is None or self.last is None or self.steps < 2:  # noqa: PLR2004 - a span has two ends
            raise ValueError("all came in one step: too few events to measure")
        moved = (self.last[1] - self.first[1]) * records_per_offset
        return moved / per_event / self.measured_s()
