"""Reading the audit of one partition again, a piece at a time, while its owner works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiokafka import TopicPartition

from streams.clients import reader
from streams.stopping import at_work, stopped
from streams.topics import AUDIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.settings import Settings

POLL_MS = 500
MOST_RECORDS = 500


class Piece(NamedTuple):
    """`next`: the offset behind it."""

    records: Sequence[ConsumerRecord]
    next: int


class Past:
    """One reader, opened when it is asked for. Whatever the client raises comes through; ask again after `close`."""

    def __init__(self, settings: Settings, partition: int) -> None:
        self._settings = settings
        self._place = TopicPartition(AUDIT, partition)
        self._source: AIOKafkaConsumer | None = None

    async def end(self) -> int:
        """Behind everything that is written by now, by transactions that are not decided yet, too."""
        async with at_work(reader(self._settings, isolation_level="read_uncommitted")) as source:
            end: int = (await source.end_offsets([self._place]))[self._place]
            return end

    async def piece(self, offset: int) -> Piece:
        """The next committed records from an offset on; maybe none, if nothing comes for a moment."""
        source = self._source or await self._opened()
        if await source.position(self._place) != offset:
            source.seek(self._place, offset)
        fetched = await source.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        return Piece(fetched.get(self._place, []), await source.position(self._place))

    async def close(self) -> None:
        source, self._source = self._source, None
        if source:
            await stopped(source)

    async def _opened(self) -> AIOKafkaConsumer:
        self._source = source = reader(self._settings)
        await source.start()
        source.assign([self._place])
        return source
