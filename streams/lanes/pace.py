"""How often a lane partition commits: at once while little happens, in groups under load."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 3
"""So many commits in a row wait for nothing after a rest: a note before the call, the outcome, and one to spare."""


class Pace:
    """One commit per interval on the average, `BURST` in a row at most. Times in s."""

    def __init__(self, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._due = float("-inf")

    def wait_s(self) -> float:
        """How long to collect before the next commit."""
        return max(0.0, self._due - self._clock())

    def committing(self) -> None:
        """A commit begins."""
        rested = self._clock() - (BURST - 1) * self._interval_s
        self._due = max(self._due, rested) + self._interval_s
