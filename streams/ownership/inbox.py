"""Records that wait for the work on a partition, and what wakes it: what router, closer and notary do alike."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import ConsumerRecord


class Inbox:
    """The part of `Work` that takes records in. most_waiting: with so many it takes no more.

    `_next`: offset of the next record to be worked on.
    """

    most_waiting: ClassVar[int] = 2000

    def __init__(self) -> None:
        self._waiting: deque[ConsumerRecord] = deque()
        self._wake = asyncio.Event()
        self._draining = False
        self._next = 0

    def room(self) -> bool:
        return len(self._waiting) < self.most_waiting

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        self._waiting.extend(records)
        self._wake.set()

    def advance(self, position: int) -> None:
        if not self._waiting and position > self._next:
            self._next = position
            self._wake.set()

    def drain(self) -> None:
        self._draining = True
        self._wake.set()
