"""Closing Kafka clients, which may be cut off from their broker at that very moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aiokafka import AIOKafkaProducer

log = structlog.get_logger()
CLOSE_LIMIT_S = 3.0


def is_meant() -> bool:
    """Whether a CancelledError is really meant for whoever asks; else it came out of something awaited."""
    caller = asyncio.current_task()
    return bool(caller and caller.cancelling())


async def closed(stopping: Awaitable[None], limit_s: float = CLOSE_LIMIT_S) -> None:
    """Wait for a client's `stop()`, not for long, and let nothing of it out.

    With the broker away, the client's `stop` raises the CancelledError of a task of its own: whoever awaits it would
    end as if it had been cancelled itself. Only a cancellation that is really meant for the caller goes on.
    """
    try:
        async with asyncio.timeout(limit_s):
            await stopping
    except asyncio.CancelledError:
        if is_meant():
            raise
    except Exception as error:  # noqa: BLE001 - it is thrown away in any case
        log.debug("client_stop_failed", error=type(error).__name__)


async def dropped(producer: AIOKafkaProducer) -> None:
    """Close a producer together with what it still holds: nothing of that arrives any more.

    Its own `stop` waits until all is delivered. Without a broker that lasts, and a `stop` that is broken off leaves
    behind a task that goes on trying, and its connections.
    """
    parts: Any = producer
    parts._closed = True  # noqa: SLF001 - there is no public way to do without the last delivery
    if sending := parts._sender.sender_task:  # noqa: SLF001
        sending.cancel()
        await asyncio.wait({sending}, timeout=CLOSE_LIMIT_S)
        sending.cancel()  # it may wait for an answer that doesn't come
    await closed(parts.client.close())


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task of one's own and wait until it is over, however it ends."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
