"""Reading a topic from its beginning: up to its end as it is now, or on and on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from schemas.errors import TopicsError
from streams.clients import reader, unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aiokafka import ConsumerRecord

    from streams.settings import Settings

POLL_MS = 500


async def scan(
    settings: Settings, topic: str, *, partitions: Iterable[int] | None = None, follow: bool = False
) -> AsyncIterator[ConsumerRecord]:
    """Yield committed records, per partition in log order; with `follow`, only new ones, and never end.

    Raises:
        SetupError: no broker answers.
        TopicsError: there is no such topic.

    """
    consumer = reader(settings)
    try:
        await consumer.start()
    except KafkaConnectionError:
        raise unreachable(settings) from None
    try:
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the public call drops the partitions
        known = cluster.partitions_for_topic(topic)
        if not known:
            raise TopicsError(f"there is no topic {topic}", remedy="consent-relay topics apply")
        places = [TopicPartition(topic, number) for number in sorted(partitions if partitions is not None else known)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, ends[place]) if follow else await consumer.seek_to_beginning(place)
        while follow or [place for place in places if await consumer.position(place) < ends[place]]:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    yield record
    finally:
        await consumer.stop()
