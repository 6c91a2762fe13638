"""Unusually many deletions: a partition's part of a lane's guard against a slip that erases everybody.

Deletions in an hour above max(50, 5 × the mean hour of the last seven days) are held; each partition counts its own
and allows its part of the 50. The hour slides: a part of the clock hour before counts too, as in
https://blog.cloudflare.com/counting-things-a-lot-of-different-things/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.surge import Surge, SurgeHour
from schemas.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR = 3600 * SECOND
HOURS = 7 * 24
LEAST = 50
"""So many in an hour are never too many for a lane."""
TIMES = 5


class DeletionCount:
    """`partitions`: of the topic; kept: the count as an earlier owner left it. offset: the next one to count."""

    def __init__(self, partitions: int, kept: Surge | None = None) -> None:
        self._least = LEAST / partitions
        self.offset = kept.offset if kept else 0
        self._hours = {one.hour: [one.deletions, one.held] for one in (kept.hours if kept else ())}

    def exceeds(self, offset: int, at: int) -> bool:
        """A deletion came in, `at` µs. Whether it is one too many; never of one that was counted already."""
        if offset < self.offset:
            return False
        self.offset = offset + 1
        hour, into = divmod(at, HOUR)
        seen = self._hours.setdefault(hour, [0, 0])
        seen[0] += 1
        before = self._hours.get(hour - 1, [0])[0] * (1 - into / HOUR)
        usual = sum(one - held for one, held in self._within(hour)) / HOURS
        too_many = seen[0] + before > max(self._least, TIMES * usual)
        seen[1] += too_many
        self._forget(max(self._hours) - HOURS)
        return too_many

    def record(self) -> Surge:
        """The count as the lane state keeps it."""
        hours = (SurgeHour(hour=hour, deletions=n, held=held) for hour, (n, held) in sorted(self._hours.items()))
        return Surge(offset=self.offset, hours=tuple(hours))

    def _within(self, hour: int) -> Iterable[list[int]]:
        """The seven days before this hour."""
        return (seen for past, seen in self._hours.items() if hour - HOURS <= past < hour)

    def _forget(self, before: int) -> None:
        for hour in [hour for hour in self._hours if hour < before]:
            del self._hours[hour]
