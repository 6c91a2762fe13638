"""A lane's work on one partition: takes deliveries in, keeps people apart, commits in groups."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from processors.delivering.queues import Job, Queues
from processors.delivering.settle import dead_letter
from processors.delivering.watermark import Watermark
from processors.vendors.base import Capability
from schemas.codec import decode
from schemas.contract import Origin
from schemas.errors import DataError, OwnershipLost
from schemas.records import Action, Delivery
from streams.lanes.ledger import Ledger
from streams.lanes.pace import Pace
from streams.lanes.quota import QuotaKeeper
from streams.lanes.tries import Tries
from streams.ownership.tenure import now_micros
from streams.wire import dead_letter_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiokafka import ConsumerRecord

    from streams.lanes.bench import Bench
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
MOST_OPEN = 2000
"""Records between the watermark and the newest one; beyond, the partition is paused: memory stays bounded."""
MOST_SETTLEMENTS = 500
DRAIN_MARGIN_S = 0.5


class LaneWork:
    """Delivers one partition of a lane. One object per tenure."""

    def __init__(self, bench: Bench, partition: int) -> None:
        self._bench = bench
        self._partition = partition
        self._ledger = Ledger(bench.name, partition)
        self._queues = Queues()
        self._watermark: Watermark | None = None
        self._finished: list[Job] = []
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._closing = False
        self._running: dict[asyncio.Task[None], Tries] = {}

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        self._ledger.load(pairs)

    def room(self) -> bool:
        return self._watermark is None or len(self._watermark) < MOST_OPEN

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        mark = self._mark()
        for record in records:
            if mark.see(record.offset):
                self._accept(record)
        self._wake.set()

    def advance(self, position: int) -> None:
        if self._watermark is not None and not len(self._watermark):
            self._watermark.skip_to(position)
            self._ledger.wake.set()

    def holds(self) -> Mapping[str, int]:
        return self._ledger.statuses

    def drain(self) -> None:
        self._drained.set()
        self._wake.set()

    async def run(self, tenure: Tenure) -> None:
        """Work until drained; raises OwnershipLost when anything says that the partition may not be ours."""
        self._watermark = Watermark(tenure.start, tenure.bookmark.settled if tenure.bookmark else ())
        connector, wake = self._bench.connector, self._ledger.wake.set
        self._quota = QuotaKeeper(connector, self._partition, self._bench.partitions, tenure, wake)
        self._quota.open()
        committing = asyncio.create_task(self._commit_in_groups(tenure))
        try:
            waited = tenure.clean or await self._waited(self._bench.call_limit_s)
            await self._start_jobs(tenure, committing)
            answered = await self._finish()
            self._closing = True
            self._ledger.wake.set()
            await committing
            self._ledger.add(self._quota.last())
            await self._commit(tenure, clean=True if answered and waited else None)
        finally:
            self._quota.close()
            await self._abandon(committing)

    async def _waited(self, seconds: float) -> bool:
        """A call of the owner before us may still be on its way. False: drained before it can have ended."""
        try:
            await asyncio.wait_for(self._drained.wait(), seconds)
        except TimeoutError:
            return True
        return False

    def _accept(self, record: ConsumerRecord) -> None:
        try:
            delivery = decode(Delivery, record.value or b"")
        except DataError as error:
            place = Origin(topic=record.topic, partition=record.partition, offset=record.offset)
            letter = dead_letter(record.value, place, error.reason, now_micros(), self._bench.seals)
            self._ledger.add(dead_letter_out(letter, self._partition))
            self._mark().settle(record.offset)
            self._bench.meter.unreadable(error.reason)
            log.exception("alarm", alarm="delivery_unreadable", lane=self._bench.name, origin=str(place))
        else:
            self._queues.add(Job(record.offset, delivery, record.value))

    def _mark(self) -> Watermark:
        assert self._watermark is not None  # noqa: S101 - set before anything is accepted
        return self._watermark

    async def _start_jobs(self, tenure: Tenure, committing: asyncio.Task[None]) -> None:
        """Start what is ready, as far as there are slots, until drained or until something failed."""
        while not self._drained.is_set():
            self._wake.clear()
            for task in [committing, *self._running]:
                if task.done():
                    self._running.pop(task, None)
                    task.result()  # raises what went wrong in it
            limit = 2 * self._bench.connector.connection.concurrency
            if len(self._running) < limit and (jobs := self._queues.take(self._most)):
                tries = Tries(self._bench, self._ledger, tenure, jobs, self._settle)
                task = asyncio.create_task(tries.run())
                task.add_done_callback(lambda _: self._wake.set())
                self._running[task] = tries
                continue
            await self._wake.wait()

    def _most(self, action: Action) -> int:
        return self._bench.connector.vendor.can.get(action, Capability()).batch

    def _settle(self, job: Job) -> None:
        self._finished.append(job)
        self._ledger.wake.set()

    async def _commit_in_groups(self, tenure: Tenure) -> None:
        """At once when the lane was idle; else every 100 ms at most, or 500 settlements: transactions cost."""
        pace = Pace(self._bench.interval_s)
        try:
            while not self._closing:
                await self._ledger.wake.wait()
                if len(self._finished) < MOST_SETTLEMENTS and not self._closing:
                    await asyncio.sleep(pace.wait_s())
                pace.committing()
                await self._commit(tenure)
        finally:
            self._wake.set()

    async def _commit(self, tenure: Tenure, *, clean: bool | None = None) -> None:
        self._ledger.wake.clear()
        finished, self._finished = self._finished, []
        mark = self._mark()
        for job in finished:
            mark.settle(job.offset)
        outs, waiting = self._ledger.collect()
        outs += self._quota.outs()
        noted, self._ledger.noted = self._ledger.noted, []
        try:
            await tenure.commit(outs, mark.offset, mark.settled, clean=clean)
        except BaseException:
            for future in waiting:
                if not future.done():
                    future.set_exception(OwnershipLost("the note was not committed"))
            raise
        self._quota.committed()
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self._bench.meter.settled(noted)
        for job in finished:
            self._queues.done(job.delivery.pid)
        self._wake.set()

    async def _finish(self) -> bool:
        """Wait for calls in the air, not for retries; False: one of them was not answered in time."""
        calling = [task for task, tries in self._running.items() if tries.calling]
        for task in self._running.keys() - set(calling):
            task.cancel()
        if not calling:
            return True
        _, late = await asyncio.wait(calling, timeout=self._bench.call_limit_s + DRAIN_MARGIN_S)
        return not late

    async def _abandon(self, committing: asyncio.Task[None]) -> None:
        """Let nothing run on after the tenure."""
        tasks = [committing, *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
