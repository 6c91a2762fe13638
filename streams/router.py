"""The router's work on one partition: batch in, one transaction out."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

import structlog

from processors.routing.reject import left_in_place, reject
from processors.routing.route import route
from schemas.codec import decode, encode
from schemas.errors import OversizeRecord
from schemas.records import SubjectState
from streams import topics
from streams.metrics.meters import RouterMeter
from streams.metrics.registry import Metrics
from streams.outbox import Out, sized
from streams.wire import incoming_of, outs_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiokafka import ConsumerRecord

    from processors.routing.desk import Desk
    from processors.routing.incoming import Incoming, Routed
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
MOST_EVENTS = 500
MOST_CPU_S = 0.05
ROOM = 2 * MOST_EVENTS


class RouterWork:
    """Plans every event of a partition against the state of its people. States are kept encoded: they are many."""

    def __init__(self, desk: Desk, partition: int, metrics: Metrics | None = None) -> None:
        self._desk = desk
        self._partition = partition
        self._meter = RouterMeter(metrics or Metrics())
        self._states: dict[str, bytes] = {}
        self._waiting: deque[ConsumerRecord] = deque()
        self._wake = asyncio.Event()
        self._draining = False
        self._offset = 0
        self._position = 0

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        for key, value in pairs:
            if value is None:
                self._states.pop(key.decode(), None)
            else:
                self._states[key.decode()] = value

    def room(self) -> bool:
        return len(self._waiting) < ROOM

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        self._waiting.extend(records)
        self._wake.set()

    def advance(self, position: int) -> None:
        self._position = position
        self._wake.set()

    def holds(self) -> Mapping[str, int]:
        return {"subjects": len(self._states)}

    def drain(self) -> None:
        self._draining = True
        self._wake.set()

    async def run(self, tenure: Tenure) -> None:
        """Batch after batch until drained; what is still waiting then, the next owner reads again."""
        self._offset = tenure.start
        while not self._draining:
            self._wake.clear()
            if self._waiting:
                outs, states = self._batch()
                await tenure.commit(outs, self._offset)
                self._meter.committed()
                self._states |= states
                await asyncio.sleep(0)
            elif self._position > self._offset:
                self._offset = self._position
                await tenure.commit([], self._offset)
            else:
                await self._wake.wait()
        await tenure.commit([], self._offset, clean=True)

    def _batch(self) -> tuple[list[Out], dict[str, bytes]]:
        """Plan until the batch is full or the CPU share is spent: outputs and new states."""
        outs: list[Out] = []
        overlay: dict[str, bytes] = {}
        until = time.thread_time() + MOST_CPU_S
        for _ in range(min(MOST_EVENTS, len(self._waiting))):
            record = self._waiting.popleft()
            self._offset = record.offset + 1
            outs.extend(self._one(record, overlay))
            if time.thread_time() > until:
                break
        outs.extend(Out(topics.STATE, self._partition, pid.encode(), value) for pid, value in overlay.items())
        return outs, overlay

    def _one(self, record: ConsumerRecord, overlay: dict[str, bytes]) -> list[Out]:
        incoming = incoming_of(record)

        def state_of(pid: str) -> SubjectState | None:
            encoded = overlay.get(pid) or self._states.get(pid)
            return decode(SubjectState, encoded) if encoded else None

        routed = route(incoming, self._desk, state_of)
        try:
            outs = sized(outs_of(incoming, routed))
        except OversizeRecord as error:
            routed, outs = self._oversize(incoming, error)
        self._meter.note(routed)
        for alarm in routed.alarms:
            log.error("alarm", alarm=alarm, origin=str(incoming.origin))
        if routed.state:
            overlay[routed.state.pid] = encode(routed.state)
        return outs

    def _oversize(self, incoming: Incoming, error: OversizeRecord) -> tuple[Routed, list[Out]]:
        routed = reject(incoming, error, self._desk)
        try:
            return routed, sized(outs_of(incoming, routed))
        except OversizeRecord:
            routed = left_in_place(routed)
            return routed, sized(outs_of(incoming, routed))
