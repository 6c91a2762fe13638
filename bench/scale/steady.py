"""Deliveries at a steady pace, and how long each takes to its outcome."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from schemas.codec import decode
from schemas.errors import RelayError
from schemas.records import AuditRecord, Delivery
from streams import clients, topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from streams.outbox import Out
    from streams.settings import Settings

LIMIT_S = 60.0
_POLL_S = 0.05
Moments = dict[str, float]
"""delivery_id → `time.monotonic()`."""


async def waits(
    settings: Settings, rounds: Sequence[Sequence[Out]], per_s: float, told: Callable[[int], None]
) -> list[float]:
    """Publish so many rounds of deliveries a second, whatever becomes of them.

    Returns for each delivery, in the order published, the seconds until its outcome was committed and read.

    Raises:
        RelayError: some have no outcome a minute after the last was published.

    """
    named = [[(_id(out), out) for out in one] for one in rounds]
    producer = clients.writer(settings)
    await producer.start()
    try:
        async with _outcomes(settings) as settled:
            published = await _publish(producer, named, per_s, told)
            await _all_of(published, settled)
    finally:
        await producer.stop()
    return [settled[delivery] - at for delivery, at in published.items()]


def _id(out: Out) -> str:
    return decode(Delivery, out.value or b"").delivery_id


async def _publish(
    producer: AIOKafkaProducer, rounds: Sequence[Sequence[tuple[str, Out]]], per_s: float, told: Callable[[int], None]
) -> Moments:
    began, published = time.monotonic(), Moments()
    for number, one in enumerate(rounds):
        await asyncio.sleep(max(0.0, began + number / per_s - time.monotonic()))
        for delivery, out in one:
            published[delivery] = time.monotonic()
            await producer.send(out.topic, out.value, key=out.key, partition=out.partition)
        told(1)
    return published


@asynccontextmanager
async def _outcomes(settings: Settings) -> AsyncIterator[Moments]:
    """When the first outcome of each delivery could be read; fills while it is open."""
    settled = Moments()
    consumer = clients.reader(settings)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topics.AUDIT, number) for number in range(settings.partitions)])
        following = asyncio.create_task(_follow(consumer, settled))
        yield settled
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    finally:
        await consumer.stop()


async def _follow(consumer: AIOKafkaConsumer, settled: Moments) -> None:
    async for record in consumer:
        outcome = decode(AuditRecord, record.value)
        if outcome.delivery_id:
            settled.setdefault(outcome.delivery_id, time.monotonic())


async def _all_of(published: Moments, settled: Moments) -> None:
    until = time.monotonic() + LIMIT_S
    while missing := len(published.keys() - settled.keys()):
        if time.monotonic() > until:
            raise RelayError(f"{missing} of {len(published)} deliveries have no outcome after {LIMIT_S:g} s")
        await asyncio.sleep(_POLL_S)
