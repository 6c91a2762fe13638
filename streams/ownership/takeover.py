"""How a partition is taken over. The order of the steps is the guarantee; each has a test that fails without it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import LostRange, OwnershipLost
from schemas.records import Bookmark
from streams.clients import reader, writer
from streams.ownership.forgotten import end_forgotten, is_forgotten
from streams.ownership.stored import stored
from streams.ownership.tenure import CLEAN_KEY, OFFSET_KEY, Tenure
from streams.stopping import at_work, dropped
from streams.topics import MIB

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from streams.ownership.membership import Membership
    from streams.settings import Settings

log = structlog.get_logger()
START_LIMIT_S = 30.0
STALL_LIMIT_S = 30.0
CHUNK = 2000
FETCH = MIB
"""Bytes in one answer; the client holds several such pieces at once of what it reads."""
RESTORES = 4
"""At the same time in a worker: a rebalance may give it all partitions of all its roles at once."""
POLL_MS = 200
Load = Callable[[Sequence[tuple[bytes, bytes | None]]], None]
"""Takes (key, value) pairs of the state topic in log order; runs in a thread, before the work begins."""


@dataclass(frozen=True, slots=True)
class Role:
    """A thing that owns partitions. `topic` is read, `state_topic` says how far and with what in hand.

    writes: topics that its transactions write as well, under the partition's number; forwards: and any partition of
    `topic`.
    """

    name: str
    topic: str
    state_topic: str
    group: str
    writes: tuple[str, ...] = ()
    forwards: bool = False

    def transactional_id(self, partition: int) -> str:
        return f"{self.group}-{partition}"

    def written(self, partition: int, partitions: int) -> list[TopicPartition]:
        """Every partition that a transaction of the owner of `partition` may reach into."""
        others = range(partitions) if self.forwards else ()
        same = [TopicPartition(topic, partition) for topic in (self.state_topic, *self.writes)]
        return same + [TopicPartition(self.topic, number) for number in others]


class _Marks:
    """Keeps the bookmark and the other marks out of what the work loads."""

    def __init__(self, load: Load, topic: str, partition: int) -> None:
        self._load = load
        self._place = (topic, partition)
        self._bookmark: bytes | None = None
        self.clean = False
        self.empty = True
        self.others: dict[bytes, bytes] = {}

    def take(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        self.empty = False
        work = []
        for key, value in pairs:
            if key == OFFSET_KEY:
                self._bookmark = value
            elif key == CLEAN_KEY:
                self.clean = value is not None
            elif not key.startswith(b"!"):
                work.append((key, value))
            elif value is None:
                self.others.pop(key, None)
            else:
                self.others[key] = value
        self._load(work)

    def bookmark(self) -> Bookmark | None:
        """Raises StateUnreadable."""
        return stored(Bookmark, OFFSET_KEY, self._bookmark, *self._place) if self._bookmark else None


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a takeover works with. restoring: shared by all that may read states into this process's memory."""

    settings: Settings
    role: Role
    consumer: AIOKafkaConsumer
    membership: Membership
    restoring: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RESTORES))

    async def run(self, partition: int, generation: int, load: Load) -> Tenure:
        """Become the owner of a partition and bring its state into memory.

        Raises:
            OwnershipLost: another generation began meanwhile, or Kafka didn't answer; try again if still assigned.
            LostRange: the log begins after the bookmark.
            StateUnreadable: a record of the state can't be read.

        """
        await self.membership.confirm(generation)
        producer = writer(self.settings, self.role.transactional_id(partition))
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await producer.start()  # fences the owner before us and ends its transaction
            return await self._settle_in(partition, generation, producer, load)
        except BaseException as error:
            await dropped(producer)
            if isinstance(error, KafkaError | TimeoutError | ConnectionError):
                raise OwnershipLost(f"takeover failed ({type(error).__name__})") from error
            raise

    async def _settle_in(self, partition: int, generation: int, producer: AIOKafkaProducer, load: Load) -> Tenure:
        marks = _Marks(load, self.role.state_topic, partition)
        async with self.restoring:
            in_the_way = await self._restore(partition, marks)
        if in_the_way:
            await self.membership.confirm(generation)  # else it may be that of somebody who has fenced us
            log.error("alarm", alarm="transaction_forgotten", role=self.role.name, partition=partition)
            async with asyncio.timeout(START_LIMIT_S):
                await end_forgotten(producer, self.role.written(partition, self.settings.partitions))
        place = TopicPartition(self.role.topic, partition)
        bookmark = marks.bookmark()
        start = await self._start_offset(place, bookmark)
        tenure = Tenure(
            partition=partition,
            state_topic=self.role.state_topic,
            generation=generation,
            producer=producer,
            membership=self.membership,
            bookmark=bookmark,
            start=start,
            clean=marks.clean or marks.empty,
            new=bookmark is None,
            marks=marks.others,
            at_end=partial(self._at_end, place),
        )
        if marks.clean or bookmark is None:  # whoever dies from here on did not leave cleanly
            await tenure.commit([], start, bookmark.settled if bookmark else (), clean=False)
        await self.membership.confirm(generation)
        self.consumer.seek(place, start)
        return tenure

    async def _restore(self, partition: int, marks: _Marks) -> bool:
        """Read the state up to its end as it is now, after the fencing: nothing can be added behind our back.

        True: a transaction is in the way that should have ended by then.
        """
        place = TopicPartition(self.role.state_topic, partition)
        async with at_work(reader(self.settings, max_partition_fetch_bytes=FETCH, fetch_max_bytes=FETCH)) as source:
            source.assign([place])
            end = (await source.end_offsets([place]))[place]
            await source.seek_to_beginning(place)
            position, moved_at = -1, monotonic()
            while (now_at := await source.position(place)) < end:
                if now_at != position:
                    position, moved_at = now_at, monotonic()
                elif monotonic() - moved_at > STALL_LIMIT_S:
                    raise OwnershipLost(f"{self.role.state_topic} can't be read to its end")
                # A fetch of nothing but transaction markers moves the position and returns no records.
                records = (await source.getmany(timeout_ms=POLL_MS, max_records=CHUNK)).get(place, [])
                if records:
                    await asyncio.to_thread(marks.take, [(record.key, record.value) for record in records])
            return is_forgotten(source, place)

    async def _at_end(self, place: TopicPartition) -> bool:
        """As far as the last fetch has told; a fetch that is still under way may bring more."""
        try:
            position: int = await self.consumer.position(place)
            end: int | None = self.consumer.last_stable_offset(place)
        except (KafkaError, AssertionError):  # not ours any more: whoever comes next knows better
            return False
        return end is None or position >= end

    async def _start_offset(self, place: TopicPartition, bookmark: Bookmark | None) -> int:
        beginning: int = (await self.consumer.beginning_offsets([place]))[place]
        if bookmark is None:
            return beginning
        end: int = (await self.consumer.end_offsets([place]))[place]
        if bookmark.offset > end:
            raise LostRange(
                f"{place.topic}[{place.partition}] ends at offset {end}, but the work stands at {bookmark.offset}: "
                "the topic is not the one that was worked on"
            )
        if bookmark.offset < beginning:
            raise LostRange(
                f"{place.topic}[{place.partition}] begins at offset {beginning}, but the work stands at "
                f"{bookmark.offset}: records in between were deleted before they were processed"
            )
        return bookmark.offset
