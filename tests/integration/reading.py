"""What a topic holds once every transaction that has written to it is decided."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from schemas.codec import decode
from schemas.records import AuditRecord
from streams import clients, topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiokafka import ConsumerRecord

    from streams.settings import Settings

DECIDED_LIMIT_S = 90.0


async def committed(
    settings: Settings, topic: str, *, partitions: Iterable[int] | None = None
) -> list[ConsumerRecord]:
    """All committed records, per partition in log order.

    A commit is answered as soon as the coordinator has noted it, a moment before the markers of its end are in the
    partitions; until then readers of committed records stop in front of it.
    """
    wanted = None if partitions is None else list(partitions)
    async with asyncio.timeout(DECIDED_LIMIT_S):
        await _decided(settings, topic, wanted)
    return [record async for record in scan(settings, topic, partitions=wanted)]


async def audit(settings: Settings) -> list[AuditRecord]:
    """Everything the audit says by now."""
    return [decode(AuditRecord, record.value) for record in await committed(settings, topics.AUDIT)]


async def _decided(settings: Settings, topic: str, partitions: list[int] | None) -> None:
    decided, written = clients.reader(settings), clients.reader(settings, isolation_level="read_uncommitted")
    await decided.start()
    await written.start()
    try:
        cluster = await written._client.fetch_all_metadata()
        numbers = cluster.partitions_for_topic(topic) if partitions is None else partitions
        places = [TopicPartition(topic, number) for number in numbers or ()]
        ends = await written.end_offsets(places)
        while True:
            reached = await decided.end_offsets(places)
            if all(reached[place] >= end for place, end in ends.items()):
                return
            await asyncio.sleep(0.02)
    finally:
        await decided.stop()
        await written.stop()
