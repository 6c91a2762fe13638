"""How much of one partition is not settled, and how old it is; for metrics alone."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiokafka import ConsumerRecord


class Backlog:
    """What was read and not yet settled, by the records' own times, and what was not even read. `now`: s since 1970.

    While the partition isn't worked, or what it holds isn't read, nobody knows how old that is: then it counts from
    when that began, which is never too much.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._open: deque[tuple[int, int]] = deque()  # offset, ms since 1970
        self._unread = 0
        self._blind_since: float | None = now()
        self._anew = True

    def works(self) -> None:
        """A new tenure reads again what the last one had in hand."""
        self._anew = True

    def rests(self) -> None:
        """Nobody works the partition: what was in hand stays, and grows older."""
        if self._blind_since is None:
            self._blind_since = self._now()

    def feed(self, records: Sequence[ConsumerRecord], settled_below: int) -> None:
        self._sees()
        self._forget(settled_below)
        self._open.extend((record.offset, record.timestamp) for record in records)

    def look(self, unread: int) -> None:
        """So many offsets are between the reader and the end of the log."""
        self._unread = max(0, unread)
        if not self._unread:
            self._sees()
        elif not self._open:
            self.rests()

    def _sees(self) -> None:
        if self._anew:
            self._open.clear()
        self._anew, self._blind_since = False, None

    def records(self, settled_below: int, settled_above: int) -> int:
        self._forget(settled_below)
        return max(0, len(self._open) - settled_above) + self._unread

    def oldest_s(self, settled_below: int) -> float:
        """Age of the oldest record that is not settled, s; 0 without any."""
        self._forget(settled_below)
        times = [self._open[0][1] / 1000] if self._open else []
        times += [] if self._blind_since is None else [self._blind_since]
        return max(0.0, self._now() - min(times)) if times else 0.0

    def _forget(self, settled_below: int) -> None:
        while self._open and self._open[0][0] < settled_below:
            self._open.popleft()
