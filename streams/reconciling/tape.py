"""A partition of a topic from its beginning, or from an offset, to its end as it was when this was opened."""

from __future__ import annotations

from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from streams.clients import reader
from streams.stopping import at_work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.settings import Settings

POLL_MS = 500
STALL_LIMIT_S = 60.0


class Tape(Protocol):
    """end: the offset behind the last record that anybody had written then, committed or not."""

    end: int

    async def begins(self) -> int:
        """The first offset that is still kept."""
        ...

    async def next(self, most: int = 500) -> list[ConsumerRecord]:
        """The next committed records; none: this is the end."""
        ...


class Tapes(Protocol):
    """Opens them, by topic and partition."""

    def __call__(self, topic: str, partition: int, start: int = 0) -> AbstractAsyncContextManager[Tape]: ...


class _Log:
    def __init__(self, consumer: AIOKafkaConsumer, place: TopicPartition, end: int) -> None:
        self._consumer = consumer
        self._place = place
        self.end = end

    async def begins(self) -> int:
        return int((await self._consumer.beginning_offsets([self._place]))[self._place])

    async def _position(self) -> int:
        return int(await self._consumer.position(self._place))

    async def next(self, most: int = 500) -> list[ConsumerRecord]:
        """Raises KafkaTimeoutError: nothing can be read for long."""
        until = monotonic() + STALL_LIMIT_S
        while (before := await self._position()) < self.end:
            fetched = await self._consumer.getmany(self._place, timeout_ms=POLL_MS, max_records=most)
            if records := fetched.get(self._place):
                return [record for record in records if record.offset < self.end]
            if await self._position() > before:
                until = monotonic() + STALL_LIMIT_S
            elif monotonic() > until:
                raise KafkaTimeoutError(f"{self._place} can't be read on for {STALL_LIMIT_S:g} s")
        return []


@asynccontextmanager
async def tape(settings: Settings, topic: str, partition: int, start: int = 0) -> AsyncIterator[Tape]:
    """Open it. What was written by then is read, as soon as its transactions are decided."""
    place = TopicPartition(topic, partition)
    async with at_work(reader(settings, isolation_level="read_uncommitted")) as written:
        end = int((await written.end_offsets([place]))[place])
    async with at_work(reader(settings)) as consumer:
        consumer.assign([place])
        begins = int((await consumer.beginning_offsets([place]))[place])
        consumer.seek(place, max(start, begins))
        yield _Log(consumer, place, end)
