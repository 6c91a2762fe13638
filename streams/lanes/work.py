"""A lane's work on one partition: drives the core, commits in groups, and ends cleanly."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from schemas.errors import OwnershipError, OwnershipLost
from streams.lanes.alarms import alarm
from streams.lanes.duties import duties
from streams.lanes.errand import Errand
from streams.lanes.foreman import Foreman
from streams.lanes.hold_lookup import HoldLookup
from streams.lanes.intake import Intake
from streams.lanes.outs import out_of
from streams.lanes.pace import Pace
from streams.lanes.pulse import Pulses
from streams.lanes.quota import QuotaKeeper
from streams.lanes.rest import Rest
from streams.lanes.reviewer import Reviewer
from streams.lanes.surge import SurgeKeeper
from streams.stopping import lighten

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from aiokafka import ConsumerRecord

    from processors.delivering.job import Call
    from streams.lanes.bench import Bench
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

MOST_SETTLEMENTS = 500
DRAIN_MARGIN_S = 0.5
SHORTEST_SLEEP_S = 0.001
ABANDON_LIMIT_S = 3.0


class LaneWork:
    """Delivers one partition of a lane. One object per tenure."""

    def __init__(self, bench: Bench, partition: int) -> None:
        self._bench = bench
        self._partition = partition
        self._core = bench.core()
        self._wake = asyncio.Event()
        self._rest = Rest(self._wake)
        self._dirty = asyncio.Event()
        self._drained = asyncio.Event()
        self._closing = False
        self._waiting: list[asyncio.Future[None]] = []
        self._running: dict[asyncio.Task[None], Errand] = {}
        self._failure: BaseException | None = None
        self._begun = self._commits = 0
        self._intake = Intake(self._core, bench.name, partition)

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        self._intake.restore(pairs)

    def room(self) -> bool:
        return self._core.has_room

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        self._intake.feed(records, self._bench.now())
        self._decided()

    def advance(self, position: int) -> None:
        self._core.skip_to(position)
        self._decided()

    def holds(self) -> Mapping[str, int]:
        return self._core.statuses

    def duties(self) -> Mapping[str, Hashable]:
        return duties(self._core, self._running.values(), self._bench, self._begun, self._commits)

    def drain(self) -> None:
        self._drained.set()
        self._wake.set()

    async def run(self, tenure: Tenure) -> None:
        """Work until drained.

        Raises:
            OwnershipLost: anything says that the partition may not be ours.
            StateUnreadable: an entry or a mark of the state can't be read.
            QuotaUnknown: nobody knows how much of a long window is used.

        """
        self._intake.check()
        self._core.begin(tenure.start, tenure.bookmark.settled if tenure.bookmark else (), self._bench.now())
        bench = self._bench
        self._quota = QuotaKeeper(bench.connector, self._partition, bench.partitions, tenure, self._dirty.set)
        self._guard = SurgeKeeper(bench, self._core, tenure)
        lookups = [HoldLookup(bench, self._partition, self._wake.set) for _ in range(2)]
        self._foreman = Foreman(bench, self._core, tenure, lookups[0])
        self._pulses = Pulses(bench, self._core, tenure)
        reviewer = Reviewer(self._core, lookups[1])
        self._quota.open()
        bench.works.add(self._wake)
        committing = asyncio.create_task(self._commit_in_groups(tenure))
        committing.add_done_callback(self._look_at)
        try:
            waited = tenure.clean or await self._waited(self._bench.call_limit_s)
            with bench.control.wakes(self._wake):
                await self._make_calls(tenure, reviewer)
            answered = await self._finish()
            self._closing = True
            self._dirty.set()
            await committing
            last = (self._quota.last(), self._pulses.last())
            await self._commit(tenure, *last, clean=True if answered and waited else None)
        finally:
            self._rest.end()
            for lookup in lookups:
                await lookup.end()
            self._quota.close()
            self._bench.works.discard(self._wake)
            await self._abandon(committing)

    async def _waited(self, seconds: float) -> bool:
        """A call of the owner before us may still be on its way. False: drained before it can have ended."""
        try:
            await asyncio.wait_for(self._drained.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def _make_calls(self, tenure: Tenure, reviewer: Reviewer) -> None:
        """Make the calls that the core wants, until drained or until something failed."""
        while not self._drained.is_set():
            self._wake.clear()
            if self._failure:
                raise self._failure
            now = self._bench.now()
            if self._foreman.look(now):
                self._dirty.set()
                if self._core.paused:
                    self._hold_back()
            reviewer.look(now)
            for call in self._core.start(now):
                self._begin(call, tenure)
            if self._core.is_dirty:
                self._dirty.set()
            wakes_at = self._pulses.look(now, self._core.wakes_at(now), self._dirty)
            soonest = now.steady + SHORTEST_SLEEP_S
            await self._rest.until(None if wakes_at is None else max(soonest, wakes_at), now.steady)

    def _begin(self, call: Call, tenure: Tenure) -> None:
        errand = Errand(self._bench, self._core, tenure, call, self._committed)
        task = asyncio.create_task(errand.run())
        task.add_done_callback(partial(self._ended, call))
        self._running[task] = errand
        self._begun += 1

    def _ended(self, call: Call, task: asyncio.Task[None]) -> None:
        """Also of a call that was broken off before it began: it may have been the probe that others wait for."""
        del self._running[task]
        self._look_at(task)
        self._core.ended(call, self._bench.now())
        self._bench.look()
        self._decided()

    def _look_at(self, task: asyncio.Task[None]) -> None:
        """What went wrong in it ends the tenure."""
        if not task.cancelled() and (error := task.exception()):
            if isinstance(error, OwnershipError):
                lighten(error)
            self._failure = error
            self._wake.set()

    def _decided(self) -> None:
        """Something may have to be committed, or may begin."""
        if self._core.is_dirty:
            self._dirty.set()
        self._wake.set()

    async def _committed(self) -> None:
        """Return when everything decided so far is committed."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._dirty.set()
        await future

    async def _commit_in_groups(self, tenure: Tenure) -> None:
        """At once when the lane was idle; else every 100 ms at most, or 500 settlements: transactions cost."""
        pace = Pace(self._bench.interval_s)
        while not self._closing:
            await self._dirty.wait()
            if self._core.decisions < MOST_SETTLEMENTS and not self._closing:
                await asyncio.sleep(pace.wait_s())
            pace.committing()
            await self._commit(tenure)

    async def _commit(self, tenure: Tenure, *more: Out, clean: bool | None = None) -> None:
        self._dirty.clear()
        batch = self._core.collect()
        alarm(self._bench, self._partition, batch)
        waiting, self._waiting = self._waiting, []
        name, seals = self._bench.name, self._bench.seals
        outs = self._foreman.outs()  # first, as what it led to may follow already
        outs += [out_of(record, name, self._partition, seals) for record in batch.records]
        outs += [*self._quota.outs(), *self._guard.outs(), *more]
        pulse = self._pulses.outs(self._bench.now())
        try:
            await tenure.commit([*pulse, *outs], batch.offset, batch.settled, clean=clean)
        except BaseException:
            for future in waiting:
                if not future.done():
                    future.set_exception(OwnershipLost("the note was not committed"))
            raise
        self._commits += bool(outs) or not pulse  # one that only tells is nobody's progress
        self._quota.committed()
        self._guard.committed()
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self._bench.meter.settled(batch.noted)
        self._core.committed(batch)
        self._wake.set()

    def _hold_back(self) -> list[asyncio.Task[None]]:
        """Break off whatever the vendor has not heard of yet; what is in the air."""
        calling = [task for task, errand in self._running.items() if errand.calling]
        for task in self._running.keys() - set(calling):
            task.cancel()
        return calling

    async def _finish(self) -> bool:
        """Wait for calls in the air, not for others; False: one of them was not answered in time."""
        calling = self._hold_back()
        if not calling:
            return True
        _, late = await asyncio.wait(calling, timeout=self._bench.call_limit_s + DRAIN_MARGIN_S)
        return not late

    async def _abandon(self, committing: asyncio.Task[None]) -> None:
        """Let nothing run on after the tenure."""
        tasks = [committing, *self._running]
        for task in tasks:
            task.cancel()
        _, left = await asyncio.wait(tasks, timeout=ABANDON_LIMIT_S)
        for task in left & self._running.keys():  # it never ends: others must not wait for it
            self._core.ended(self._running[task].call, self._bench.now())
