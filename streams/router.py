"""The router's work on one partition: batch in, one transaction out."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from processors.routing.reject import left_in_place, reject
from processors.routing.route import route
from schemas.codec import decode_own, encode
from schemas.errors import OversizeRecord
from schemas.state import SubjectState
from streams import backfill, topics
from streams.backfill import Backfills
from streams.flood import Floodgate, Watch
from streams.metrics.meters import RouterMeter
from streams.metrics.registry import Metrics
from streams.outbox import Out, sized
from streams.ownership.inbox import Inbox
from streams.wire import incoming_of, outs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from aiokafka import ConsumerRecord

    from processors.routing.desk import Desk
    from processors.routing.incoming import Incoming, Routed
    from streams.control import Given
    from streams.ownership.tenure import Tenure
    from streams.past import Past

    Work = tuple[list[Out], dict[str, bytes]]
    """What a transaction writes, and the new states among it by pid."""

log = structlog.get_logger()
MOST_EVENTS = 500
MOST_BYTES = 512 * 1024
"""Of events in a batch: what each lane gets of them has to be written before the transaction's time is over."""
SLICE_S = 0.02
"""After so long the loop gets its turn, in the middle of a batch: heartbeats, other partitions, lanes wait for it."""
ROOM = 2 * MOST_EVENTS


class RouterWork(Inbox):
    """Plans every event of a partition against the state of its people. States are kept encoded: they are many."""

    most_waiting = ROOM

    def __init__(
        self,
        desk: Desk,
        partition: int,
        metrics: Metrics | None = None,
        watch: Watch | None = None,
        past: Callable[[int], Past] | None = None,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._partition = partition
        self._past = past
        self._watch = watch or Watch()
        self._meter = RouterMeter(metrics or Metrics())
        self._states: dict[str, bytes] = {}
        self._gate: Floodgate | None = None
        self._backfills: Backfills | None = None
        self._offset = self._position = 0

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        for key, value in pairs:
            if value is None:
                self._states.pop(key.decode(), None)
            else:
                self._states[key.decode()] = value

    def advance(self, position: int) -> None:
        self._position = position
        self._wake.set()

    def holds(self) -> Mapping[str, int]:
        return {"subjects": len(self._states)}

    def duties(self) -> Mapping[str, Hashable]:
        halted = self._gate is None or self._gate.halted
        return {"batch": (self._next, self._offset)} if self._waiting and not halted else {}

    async def run(self, tenure: Tenure) -> None:
        """Batch after batch until drained; what is still waiting then, the next owner reads again."""
        self._offset = self._next = tenure.start
        self._gate = gate = Floodgate(self._watch, tenure, self._meter.note)
        if self._past is not None:
            self._backfills = Backfills(self._desk, tenure, self._past(self._partition), self._wake)
        try:
            with self._watch.control.wakes(self._wake):
                while not self._draining:
                    await self._turn(tenure, gate)
        finally:
            if self._backfills is not None:
                await self._backfills.close()
        await tenure.commit([], self._offset, clean=True)

    async def _turn(self, tenure: Tenure, gate: Floodgate) -> None:
        self._wake.clear()
        work = await self._work(gate)
        if work is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), gate.patience_s)
        else:
            await self._commit(tenure, gate, *work)
            gate.tell()
            await asyncio.sleep(0)

    async def _work(self, gate: Floodgate) -> Work | None:
        """What is to be committed next; None: there is nothing to do just now."""
        if given := gate.command():
            return self._obey(gate, given), {}
        if gate.halted:
            return None
        if self._backfills is not None and self._backfills.ready:
            return await self._backfills.work(self._state_of)
        if self._waiting:
            return await self._batch(gate)
        if gate.first is not None:
            return (gate.release(), {}) if await gate.is_over() else None
        if self._position > self._next:
            self._next = self._position
            return [], {}
        return None

    def _obey(self, gate: Floodgate, given: Given) -> list[Out]:
        if given.command.name == backfill.NAME and self._backfills is not None:
            return [*self._backfills.obey(given), gate.passes(given)]
        return gate.obey(given)

    def _state_of(self, pid: str) -> SubjectState | None:
        encoded = self._states.get(pid)
        return decode_own(SubjectState, encoded) if encoded else None

    async def _commit(self, tenure: Tenure, gate: Floodgate, outs: list[Out], states: dict[str, bytes]) -> None:
        """Up to what is held back, if there is anything to be told at all."""
        offset = self._next if gate.first is None else gate.first
        if outs or offset > self._offset:
            self._offset = offset
            await tenure.commit(outs, offset)
            self._meter.committed()
            self._states |= states

    async def _batch(self, gate: Floodgate) -> Work:
        """Plan until the batch is full, nothing is waiting, or the router halts or is to stop."""
        outs: list[Out] = []
        overlay: dict[str, bytes] = {}
        until, left = time.perf_counter() + SLICE_S, MOST_BYTES
        for _ in range(min(MOST_EVENTS, len(self._waiting))):
            record = self._waiting.popleft()
            left -= len(record.value or b"")
            self._next = record.offset + 1
            outs.extend(gate.take(record.offset, *self._one(record, overlay)))
            if gate.halted or self._draining or left < 0:
                break
            if time.perf_counter() > until:
                await asyncio.sleep(0)
                until = time.perf_counter() + SLICE_S
        outs.extend(Out(topics.STATE, self._partition, pid.encode(), value) for pid, value in overlay.items())
        return outs, overlay

    def _one(self, record: ConsumerRecord, overlay: dict[str, bytes]) -> tuple[Routed, list[Out]]:
        incoming = incoming_of(record, self._desk.pepper)

        def state_of(pid: str) -> SubjectState | None:
            encoded = overlay.get(pid) or self._states.get(pid)
            return decode_own(SubjectState, encoded) if encoded else None

        routed = route(incoming, self._desk, state_of)
        if self._backfills is not None:
            self._backfills.heed(routed.audit)
        try:
            outs = sized(outs_of(incoming, routed, self._desk.pepper))
        except OversizeRecord as error:
            routed, outs = self._oversize(incoming, error)
        for alarm in routed.alarms:
            log.error("alarm", alarm=alarm, origin=str(incoming.origin))
        if routed.state:
            overlay[routed.state.pid] = encode(routed.state)
        return routed, outs

    def _oversize(self, incoming: Incoming, error: OversizeRecord) -> tuple[Routed, list[Out]]:
        routed = reject(incoming, error, self._desk)
        try:
            return routed, sized(outs_of(incoming, routed, self._desk.pepper))
        except OversizeRecord:
            routed = left_in_place(routed)
            return routed, sized(outs_of(incoming, routed, self._desk.pepper))
