"""A consumer as it was found after a restart of the broker: it finds its way no more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def cut_off(consumer: Any) -> Callable[[], Awaitable[None]]:
    """It asks for no metadata any more, its connections gone. What comes back closes what is left of it."""
    client = consumer._client
    client._sync_task.cancel()
    for connection in list(client._conns.values()):
        connection.close()
    client.ready = lambda *_, **__: asyncio.sleep(3600)

    async def tidy_up() -> None:
        client._sync_task = None
        await client.close()

    return tidy_up


def slow_down(consumer: Any, seconds: float) -> None:
    """Each answer about the ends of its logs is heard so much later."""
    asked = consumer.end_offsets

    async def end_offsets(places: Any) -> Any:
        await asyncio.sleep(seconds)
        return await asked(places)

    consumer.end_offsets = end_offsets
