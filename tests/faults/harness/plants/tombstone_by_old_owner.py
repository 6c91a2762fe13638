"""What leaves the lane state is erased by a producer of its own, beside the transaction: nothing fences that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.patching import patch
from harness.points import erases

from streams import clients
from streams.ownership import tenure
from streams.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from streams.outbox import Out

    Send = Callable[[Any, Iterable[Out]], Awaitable[None]]


async def _erase(outs: Iterable[Out]) -> None:
    producer = clients.writer(load_settings())
    await producer.start()
    for out in outs:
        await producer.send_and_wait(out.topic, None, key=out.key, partition=out.partition)
    await producer.stop()


def _apart(send_all: Send) -> Send:
    async def in_two_ways(producer: Any, outs: Iterable[Out]) -> None:
        records = list(outs)
        if gone := [out for out in records if erases(out)]:
            await _erase(gone)
        await send_all(producer, [out for out in records if out not in gone])

    return in_two_ways


def plant() -> None:
    patch(tenure, "send_all", _apart)
