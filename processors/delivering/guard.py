"""Stops a lane that refuses everybody, before all of them are in the dead letters: a bad deploy, or bad data.

What passes (a vendor that is down, credentials) is the breaker's; here counts only what no retry would mend. Each
action is judged by itself, as a lane may carry out one and refuse another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from processors.flood import Count, Limits

if TYPE_CHECKING:
    from schemas.errors import VendorError

READING = "reading"
"""Judged beside the actions: whether a record is a delivery at all."""
REASONS_SHOWN = 3


class Guard:
    """Of one partition. `flood`: why it must not go on; empty as long as it may. off: whatever comes may pass."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._counts: dict[str, Count] = defaultdict(lambda: Count(self._limits))
        self._reasons: dict[str, Counter[str]] = defaultdict(Counter)
        self._off: set[str] = set()
        self.flood = ""

    def good(self, what: str) -> None:
        """One was carried out, or read. what: an action, or READING."""
        self._off.discard(what)
        self._counts[what].add(bad=False)

    def failed(self, what: str, error: VendorError) -> None:
        """One was given up after this error."""
        if not error.retriable:
            self.bad(what, error.reason)

    def bad(self, what: str, reason: str) -> None:
        if what in self._off or self.flood:
            return
        count, reasons = self._counts[what], self._reasons[what]
        count.add(bad=True)
        reasons[reason] += 1
        said = ("records", "unreadable") if what == READING else (f"deliveries ({what})", "refused")
        if seen := count.flood(*said):
            most = ", ".join(f"{reason} ({times})" for reason, times in reasons.most_common(REASONS_SHOWN))
            self.flood = f"{seen}, most of them as {most}"

    def resume(self) -> None:
        """Somebody has looked at it: what was refused may go on being so, until one is carried out again."""
        self._off |= self._counts.keys()
        self._counts.clear()
        self._reasons.clear()
        self.flood = ""
