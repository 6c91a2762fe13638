"""The closer's work on one partition: the audit in, changed requests and what the audit is told of them out."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from processors.closing.book import MOST_AT_ONCE, Book
from schemas.audit_head import head_of
from schemas.codec import decode_own
from schemas.errors import DataError, StateUnreadable
from schemas.events import MAKES_REQUEST
from schemas.records import AuditRecord
from schemas.times import SECOND
from streams import topics
from streams.closer.orders import Orders
from streams.lanes.pace import Pace
from streams.metrics.meters import CloserMeter
from streams.outbox import Out, sized
from streams.ownership.inbox import Inbox
from streams.ownership.stored import readable
from streams.wire import audit_out

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from aiokafka import ConsumerRecord

    from streams.closer.clerk import Clerk
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
SLICE_S = 0.02
"""After so long the loop gets its turn."""
BOOKMARK_EVERY_S = 5.0
"""What changes nothing is read again after a restart: its bookmark need not move at once."""
SHORTEST_REST_S, LONGEST_REST_S = 0.01, 60.0
"""The wall clock may be set: deadlines are looked at so often at least."""
_TELLS = frozenset({"outcome", "cycle"})


class CloserWork(Inbox):
    """Follows the requests of a partition's people. One object per tenure."""

    def __init__(self, clerk: Clerk, partition: int) -> None:
        super().__init__()
        self._clerk = clerk
        self._partition = partition
        self._book = Book()
        self._broken: dict[bytes, StateUnreadable] = {}
        self._pace = Pace(clerk.interval_s)
        self._meter = CloserMeter(clerk.metrics)
        self._offset = self._commits = 0
        self._marked_at = 0.0

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        for key, value in pairs:
            self._broken.pop(key, None)
            try:
                self._load(key, value)
            except StateUnreadable as error:
                self._broken[key] = error

    def _load(self, key: bytes, value: bytes | None) -> None:
        readable(lambda: self._book.load(key.decode(), value), key, topics.REQUESTS, self._partition)

    def holds(self) -> Mapping[str, int]:
        number, overdue, oldest = self._book.counts()
        age = max(0, self._clerk.now() - oldest) // SECOND if oldest is not None else 0
        return {"open": number, "overdue": overdue, "oldest_s": age, "kept": self._book.kept}

    def duties(self) -> Mapping[str, Hashable]:
        found: dict[str, Hashable] = {}
        if self._waiting:
            found["read"] = self._next
        if self._book.changed:
            found["commit"] = self._commits
        return found

    async def run(self, tenure: Tenure) -> None:
        """Read until drained; what is still waiting then, the next owner reads again.

        Raises:
            OwnershipLost: anything says that the partition may not be ours.
            StateUnreadable: a request, or a record of the audit, can't be read.

        """
        for error in self._broken.values():
            raise error
        self._offset = self._next = tenure.start
        self._marked_at = time.monotonic()
        orders = Orders(self._clerk, self._book, tenure)
        with self._clerk.control.wakes(self._wake), self._clerk.beside(self._partition):
            while not self._draining:
                self._wake.clear()
                self._book.catch_up()
                self._read()
                orders.look()
                await self._look_at_the_clock(tenure)
                if self._wants_commit(orders):
                    await self._commit(tenure, orders)
                if self._waiting:
                    await asyncio.sleep(0)
                else:
                    await self._rest(orders)
        await self._commit(tenure, orders, clean=True)

    def _read(self) -> None:
        """What waits, for a moment, and not more than one transaction is to hold."""
        until = time.perf_counter() + SLICE_S
        while self._waiting and self._book.changed < MOST_AT_ONCE and time.perf_counter() < until:
            record = self._waiting.popleft()
            self._take(record)
            self._next = record.offset + 1

    def _take(self, record: ConsumerRecord) -> None:
        """Grants and whatever else makes no request are the most, and cost the least."""
        at = record.timestamp * 1000
        if (wakes_at := self._book.wakes_at()) is not None and wakes_at <= at:
            self._book.elapse(at)
        try:
            head = head_of(record.value or b"")
            if head.kind == "planned" and head.event_kind in MAKES_REQUEST:
                self._book.open(decode_own(AuditRecord, record.value))
            elif head.kind in _TELLS:
                key = f"{head.pid}|{head.event_id}"
                if head.event_kind is not None or key in self._book:  # with its event: it may have been forgotten
                    self._book.hear(key, decode_own(AuditRecord, record.value))
        except (DataError, ValueError):
            raise StateUnreadable(
                f"{topics.AUDIT}[{self._partition}]@{record.offset} can't be read: a newer release may have written "
                "it, so let this worker be of that release, too"
            ) from None

    async def _look_at_the_clock(self, tenure: Tenure) -> None:
        """At the end of the log the clock is the wall's; before it, what came later may have been in time."""
        now, wakes_at = self._clerk.now(), self._book.wakes_at()
        if wakes_at is not None and wakes_at <= now and not self._waiting and await tenure.at_end():
            self._book.elapse(now)

    def _wants_commit(self, orders: Orders) -> bool:
        if self._is_dirty(orders):
            return self._pace.wait_s() <= 0 or self._book.changed >= MOST_AT_ONCE
        return self._next > self._offset and time.monotonic() - self._marked_at >= BOOKMARK_EVERY_S

    def _is_dirty(self, orders: Orders) -> bool:
        return self._book.changed > 0 or bool(orders.outs)

    async def _rest(self, orders: Orders) -> None:
        """Until woken, or there is something to be done."""
        longest_s = LONGEST_REST_S
        if self._is_dirty(orders):
            longest_s = self._pace.wait_s()
        elif self._next > self._offset:
            longest_s = BOOKMARK_EVERY_S
        if (wakes_at := self._book.wakes_at()) is not None:
            longest_s = min(longest_s, max(SHORTEST_REST_S, (wakes_at - self._clerk.now()) / SECOND))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), longest_s)

    async def _commit(self, tenure: Tenure, orders: Orders, *, clean: bool | None = None) -> None:
        batch, answers, orders.outs = self._book.collect(), orders.outs, []
        place = self._partition
        outs = [Out(topics.REQUESTS, place, key.encode(), value) for key, value in batch.requests.items()]
        outs += [audit_out(fact, place) for fact in batch.facts]
        self._pace.committing()
        offset = self._next  # meanwhile it may move on, over the marker of a transaction
        await tenure.commit(sized(outs + answers), offset, clean=clean)
        self._offset, self._marked_at = offset, time.monotonic()
        self._commits += 1
        for alarm, key in batch.alarms:
            pid, _, event_id = key.partition("|")
            log.error("alarm", alarm=alarm, pid=pid, event_id=event_id)
        self._meter.closed(batch.facts)
