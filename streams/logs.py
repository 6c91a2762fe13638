"""Reading a topic from its beginning: up to its end as it is now, or on and on."""

from __future__ import annotations

from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from schemas.errors import TopicsError
from streams.clients import reader, unreachable
from streams.stopping import stopped

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.settings import Settings

    Fetched = dict[TopicPartition, list[ConsumerRecord]]

POLL_MS = 500
STALL_LIMIT_S = 30.0


async def scan(
    settings: Settings, topic: str, *, partitions: Iterable[int] | None = None, follow: bool = False
) -> AsyncGenerator[ConsumerRecord]:
    """Yield committed records, per partition in log order; with `follow`, only new ones, and never end.

    Raises:
        SetupError: no broker answers.
        TopicsError: there is no such topic.

    """
    async with reading(settings, topic, partitions) as (consumer, places):
        if not follow:
            async for fetched in _up_to(consumer, await consumer.end_offsets(places)):
                for records in fetched.values():
                    for record in records:
                        yield record
            return
        for place, end in (await consumer.end_offsets(places)).items():
            consumer.seek(place, end)
        while True:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    yield record


async def slices(settings: Settings, topic: str, ends: Mapping[int, int]) -> AsyncGenerator[list[ConsumerRecord]]:
    """Yield committed records of these partitions below their ends, many at once. Raises as `scan` does."""
    async with reading(settings, topic, ends) as (consumer, places):
        async for fetched in _up_to(consumer, {place: ends[place.partition] for place in places}):
            for place, records in fetched.items():
                end = ends[place.partition]
                yield records if records[-1].offset < end else [one for one in records if one.offset < end]


@asynccontextmanager
async def reading(
    settings: Settings, topic: str, partitions: Iterable[int] | None
) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    """A reader at the beginning of these partitions of a topic; None: of all. Raises as `scan` does."""
    consumer = reader(settings)
    try:
        places = await _places(consumer, settings, topic, partitions)
        consumer.assign(places)
        for place in places:
            await consumer.seek_to_beginning(place)
        yield consumer, places
    finally:
        await stopped(consumer)


async def spans_of(
    settings: Settings, topic: str, partitions: Iterable[int] | None = None
) -> dict[int, tuple[int, int]]:
    """Where each partition begins and ends, as offsets; raises as `scan` does."""
    consumer = reader(settings)
    try:
        places = await _places(consumer, settings, topic, partitions)
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    finally:
        await stopped(consumer)
    return {place.partition: (begins[place], ends[place]) for place in places}


async def _places(
    consumer: AIOKafkaConsumer, settings: Settings, topic: str, partitions: Iterable[int] | None
) -> list[TopicPartition]:
    """The partitions of a topic, or these of them, when the consumer is started."""
    try:
        await consumer.start()
    except KafkaConnectionError:
        raise unreachable(settings) from None
    cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the public call drops the partitions
    known = cluster.partitions_for_topic(topic)
    if not known:
        raise TopicsError(
            f"there is no topic {topic}", remedy="consent-relay topics check: it names all, and what to do"
        )
    wanted = sorted(known if partitions is None else partitions)
    if missing := [number for number in wanted if number not in known]:
        raise TopicsError(f"{topic} has no partition {missing[0]}", remedy=f"it has those below {len(known)}")
    return [TopicPartition(topic, number) for number in wanted]


async def _up_to(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> AsyncGenerator[Fetched]:
    places = list(ends)
    while [place for place in places if await consumer.position(place) < ends[place]]:
        yield await _progress(consumer, places)


async def _progress(consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> Fetched:
    """The next records. Raises KafkaTimeoutError when nothing moves for long: the broker went away."""
    before = [await consumer.position(place) for place in places]
    until = monotonic() + STALL_LIMIT_S
    while True:
        fetched: Fetched = await consumer.getmany(timeout_ms=POLL_MS)
        if fetched or before != [await consumer.position(place) for place in places]:
            return fetched
        if monotonic() > until:
            raise KafkaTimeoutError(f"nothing can be read for {STALL_LIMIT_S:g} s")
