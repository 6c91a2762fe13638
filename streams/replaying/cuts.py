"""Up to where the audit is read: `--as-of`, as one offset of each partition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from aiokafka import TopicPartition

from schemas.errors import SetupError
from schemas.times import to_micros
from streams import topics
from streams.clients import reader
from streams.commands.common import require_topics
from streams.stopping import at_work

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from streams.settings import Settings

_OFFSETS = re.compile(r"\d{1,5}:\d{1,18}(,\d{1,5}:\d{1,18})*")


class AsOf(NamedTuple):
    """A moment, µs, or offsets by partition; neither: all that stands there now."""

    moment: int | None = None
    offsets: dict[int, int] | None = None


NOW = AsOf()


def as_of(text: str | None) -> AsOf:
    """What `--as-of` says: a moment, or `partition:offset,...`.

    Raises:
        SetupError: it says neither.

    """
    if text is None:
        return NOW
    if _OFFSETS.fullmatch(text):
        pairs = [pair.split(":") for pair in text.split(",")]
        return AsOf(offsets={int(partition): int(offset) for partition, offset in pairs})
    try:
        return AsOf(moment=cast("int", to_micros(text)))
    except ValueError as error:
        raise SetupError(f"--as-of: {error}", remedy="or offsets, one for each partition: 0:1200,1:87") from None


async def cuts(settings: Settings, wanted: AsOf = NOW) -> dict[int, int]:
    """Partition → the first offset that isn't read. Of a moment: where the first record stands that came after it.

    So what is read had all been written by then, and who asks for a later moment reads no less. Records have the
    times of who wrote them: where a clock was ahead for a while, a moment within it cuts at its first record.

    Raises:
        SetupError: no broker answers, or there is no such partition.
        TopicsError: there is no audit.

    """
    _check(wanted, settings.partitions)
    await require_topics(settings, topics.AUDIT)
    async with at_work(reader(settings)) as consumer:
        places = [TopicPartition(topics.AUDIT, number) for number in range(settings.partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found = await _cut(consumer, places, wanted)
    return {place.partition: min(ends[place], found.get(place.partition, ends[place])) for place in places}


def _check(wanted: AsOf, partitions: int) -> None:
    if wanted.offsets is not None and set(wanted.offsets) != set(range(partitions)):
        raise SetupError(f"--as-of: name one offset for each partition from 0 to {partitions - 1}")


async def _cut(consumer: AIOKafkaConsumer, places: list[TopicPartition], wanted: AsOf) -> dict[int, int]:
    if wanted.moment is None:
        return wanted.offsets or {}
    later_ms = max(0, wanted.moment // 1000 + 1)  # no record is older, and Kafka takes no other
    found = await consumer.offsets_for_times(dict.fromkeys(places, later_ms))
    return {place.partition: first.offset for place, first in found.items() if first is not None}
