"""What is used of one window, or of a part of it.

A call takes its place when it is let go and keeps it until `seconds` after its answer: at whichever moment in between
the vendor counts it, no `seconds` of the vendor's hold more than `calls`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf

RESOLUTION = 50
"""Calls answered within a 50th of the window leave it together: at most 2 % of it are lost, and memory is bounded."""


@dataclass(frozen=True, slots=True)
class Part:
    """`calls` in any `seconds`."""

    calls: int
    seconds: float


@dataclass(slots=True)
class Slot:
    """Calls answered from `first` to `last`, s."""

    first: float
    last: float
    calls: int


@dataclass(slots=True)
class Use:
    """`open`: calls under way. ahead: how many more may go before something must be reserved; inf: any number."""

    slots: deque[Slot] = field(default_factory=deque)
    open: int = 0
    ahead: float = inf
    answered: int = 0

    def used(self, part: Part, now: float) -> int:
        while self.slots and self.slots[0].last + part.seconds <= now:
            self.answered -= self.slots.popleft().calls
        return self.open + self.answered

    def wait_s(self, part: Part, now: float) -> float:
        """When the next call fits in. 0: now; inf: only after something else, such as an answer or a reservation."""
        room = part.calls - self.used(part, now)
        if room > 0:
            return 0.0 if self.ahead > 0 else inf
        for slot in self.slots:
            room += slot.calls
            if room > 0:
                return slot.last + part.seconds - now
        return inf

    def spare(self, part: Part, now: float) -> int:
        """How many calls may still be reserved."""
        return max(0, part.calls - self.used(part, now) - int(self.ahead))

    def is_short(self, part: Part) -> bool:
        """So little is reserved that more should be."""
        return self.ahead <= part.calls // (2 * RESOLUTION)

    def take(self) -> None:
        self.open += 1
        self.ahead -= 1

    def done(self, part: Part, now: float) -> None:
        """A call was answered, or is given up."""
        self.open -= 1
        self._count(now, now, 1, part)

    def add(self, slot: Slot, part: Part) -> None:
        """Count calls that were answered after all those that are counted already."""
        self._count(slot.first, slot.last, slot.calls, part)

    def _count(self, first: float, last: float, calls: int, part: Part) -> None:
        self.answered += calls
        newest = self.slots[-1] if self.slots else None
        if newest is None or last - newest.first > part.seconds / RESOLUTION:
            self.slots.append(Slot(first, last, calls))
        else:
            newest.last, newest.calls = max(newest.last, last), newest.calls + calls
