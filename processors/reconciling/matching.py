"""Which record of `consent.events` a verdict of the audit is about.

The router judges a partition's records in their order, so that verdicts stand in the audit in the same order.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.routing.incoming import Incoming
    from schemas.origin import Origin

LOOKED_AHEAD = 1000


class Taken(NamedTuple):
    """A record of the partition's events. offset: where it stands now."""

    offset: int
    incoming: Incoming


class Match(NamedTuple):
    """taken: what the verdict is about; None: nothing that is there. passed: what should have been judged before.

    is_old: events are not kept so long; else nobody ever published it, or it was judged already.
    """

    taken: Taken | None
    passed: tuple[Taken, ...] = ()
    is_old: bool = False


class Matching:
    """begins: the first offset of the partition's events that is still kept."""

    def __init__(self, partition: int) -> None:
        self.begins = 0
        self._partition = partition
        self._waiting: deque[Taken] = deque()
        self._last = -1

    def __len__(self) -> int:
        return len(self._waiting)

    def feed(self, records: Iterable[Taken]) -> None:
        self._waiting.extend(records)

    def match(self, origin: Origin) -> Match:
        for number, taken in enumerate(islice(self._waiting, LOOKED_AHEAD)):
            if taken.incoming.origin == origin:
                passed = tuple(self._waiting.popleft() for _ in range(number))
                self._waiting.popleft()
                self._last = taken.offset
                return Match(taken, passed)
        if origin.partition == self._partition:
            return Match(None, is_old=self._last < origin.offset < self.begins)
        return Match(None, is_old=self._last + 1 < self.begins)

    def next(self) -> Taken | None:
        """The next one, whatever the audit says of it; None: no more were fed."""
        if not self._waiting:
            return None
        taken = self._waiting.popleft()
        self._last = taken.offset
        return taken
