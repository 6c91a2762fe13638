"""What stands for everybody, followed in `consent.state`; and whether that is all of it as of now."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import structlog

from schemas.codec import decode_own
from schemas.origin import Origin
from schemas.state import SubjectState
from streams.logs import POLL_MS, reading
from streams.stopping import again_and_again
from streams.topics import STATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.settings import Settings

log = structlog.get_logger()
RETRY_S = 2.0
STALE_S = 15.0
"""Who has not been at the topic's end for so long serves nobody: what was granted may have been withdrawn since."""


class Kept(NamedTuple):
    """A person's state, and where it stands."""

    state: SubjectState
    origin: Origin


class People:
    """States are kept encoded, as the router keeps them: they are many. clock: s, never set back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[bytes, int, int]] = {}
        self._whole_at = -inf

    @property
    def are_current(self) -> bool:
        return self._clock() - self._whole_at < STALE_S

    def of(self, pid: str) -> Kept | None:
        found = self._kept.get(pid)
        if found is None:
            return None
        value, partition, offset = found
        return Kept(decode_own(SubjectState, value), Origin(topic=STATE, partition=partition, offset=offset))

    def take(self, record: ConsumerRecord) -> None:
        pid = record.key.decode()
        if pid.startswith("!"):
            return
        if record.value is None:
            self._kept.pop(pid, None)
        else:
            self._kept[pid] = (record.value, record.partition, record.offset)

    async def follow(self, settings: Settings) -> None:
        """For ever, and from the beginning again after whatever went wrong; until then nobody is served."""
        await again_and_again(partial(self._read, settings), "states_not_read", RETRY_S)

    async def _read(self, settings: Settings) -> None:
        try:
            async with reading(settings, STATE, None) as (consumer, places):
                self._kept.clear()
                while True:
                    await self._to_the_end(consumer, places)
        finally:
            self._whole_at = -inf

    async def _to_the_end(self, consumer: AIOKafkaConsumer, places: list[object]) -> None:
        """As far as the topic reaches now, at least."""
        asked_at = self._clock()
        async with asyncio.timeout(STALE_S):
            ends = await consumer.end_offsets(places)
        while True:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    self.take(record)
            if all([await consumer.position(place) >= end for place, end in ends.items()]):
                self._whole_at = asked_at
                return
