"""Reading a topic from its beginning: up to its end as it is now, or on and on."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from schemas.errors import TopicsError
from streams.clients import reader, unreachable
from streams.stopping import stopped

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

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
    consumer = reader(settings)
    try:
        places = await _places(consumer, settings, topic, partitions)
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, ends[place]) if follow else await consumer.seek_to_beginning(place)
        while follow or [place for place in places if await consumer.position(place) < ends[place]]:
            fetched = await _progress(consumer, places) if not follow else await consumer.getmany(timeout_ms=POLL_MS)
            for records in fetched.values():
                for record in records:
                    yield record
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
        raise TopicsError(f"there is no topic {topic}", remedy="consent-relay topics apply")
    wanted = sorted(known if partitions is None else partitions)
    if missing := [number for number in wanted if number not in known]:
        raise TopicsError(f"{topic} has no partition {missing[0]}", remedy=f"it has those below {len(known)}")
    return [TopicPartition(topic, number) for number in wanted]


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
