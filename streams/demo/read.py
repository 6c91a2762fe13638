"""What the demo reads out of Kafka: the audit while it grows, and at the end everything that is compared."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.codec import decode
from schemas.records import AuditRecord, Delivery
from streams import topics
from streams.clients import reader
from streams.demo.model import Entry, Place
from streams.logs import scan
from streams.stopping import at_work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.demo.tally import Tally
    from streams.settings import Settings

_POLL_MS = 200
_PAUSE_S = 0.5
_SILENCE_S = 20.0
_AT_ONCE = 50
"""Of the audit's records. The vendors in this process stand still meanwhile: a whole fetch may take seconds."""


class Listener(Protocol):
    def take(self, record: AuditRecord) -> None:
        """Hear of one fact."""


async def follow_audit(settings: Settings, listener: Listener) -> None:
    """Tell it everything in the audit, old and new and each once, until cancelled."""
    read: dict[TopicPartition, int] = {}
    while True:
        with suppress(KafkaError):
            await _follow_on(settings, listener, read)
        await asyncio.sleep(_PAUSE_S)


async def _follow_on(settings: Settings, listener: Listener, read: dict[TopicPartition, int]) -> None:
    """Until nothing has come for long: a client may have lost its way when the broker was away. read: up to where."""
    async with at_work(reader(settings)) as consumer:
        places = [TopicPartition(topics.AUDIT, number) for number in range(settings.partitions)]
        consumer.assign(places)
        for place in places:
            consumer.seek(place, read.get(place, 0))
        heard_at = monotonic()
        while monotonic() - heard_at < _SILENCE_S:
            for place, records in (await consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)).items():
                heard_at = monotonic()
                for record in records:
                    listener.take(decode(AuditRecord, record.value))
                read[place] = records[-1].offset + 1
                await asyncio.sleep(0)


async def count_audit(settings: Settings, tally: Tally) -> Tally:
    """Feed the tally with the audit as it is now."""
    async for record in scan(settings, topics.AUDIT):
        tally.take(decode(AuditRecord, record.value))
    return tally


async def read_events(settings: Settings) -> list[Entry]:
    """`consent.events` as it is now, per partition in log order."""
    return [
        Entry.read(Place(r.partition, r.offset), r.value, r.timestamp, dict(r.headers))
        async for r in scan(settings, topics.EVENTS)
    ]


async def count_deliveries(settings: Settings, lanes: Iterable[str]) -> Counter[str]:
    """How often each delivery_id stands in the lanes' topics."""
    written: Counter[str] = Counter()
    for lane in lanes:
        async for record in scan(settings, topics.deliveries(lane)):
            written[decode(Delivery, record.value).delivery_id] += 1
    return written
