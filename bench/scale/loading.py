"""Many records onto the broker."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from streams import clients
from streams.outbox import send_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiokafka import AIOKafkaProducer

    from streams.outbox import Out
    from streams.settings import Settings

_CHUNK = 5_000


async def write(producer: AIOKafkaProducer, outs: Iterable[Out], told: Callable[[int], None]) -> None:
    """Write them in order; `told` hears how many more are there."""
    left = iter(outs)
    while chunk := list(islice(left, _CHUNK)):
        await send_all(producer, chunk)
        told(len(chunk))


async def publish(settings: Settings, outs: Iterable[Out], told: Callable[[int], None]) -> None:
    """The same, with a producer of its own."""
    producer = clients.writer(settings)
    await producer.start()
    try:
        await write(producer, outs, told)
    finally:
        await producer.stop()
