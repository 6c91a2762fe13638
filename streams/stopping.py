"""Stopping tasks and Kafka clients, which may be cut off from their broker at that very moment."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from schemas.errors import OwnershipError

log = structlog.get_logger()
CLOSE_LIMIT_S = 3.0
FAREWELLS, FAREWELL_S = 20, 0.05
_TASKS = (
    ("_sender", "sender_task"),
    ("_fetcher", "_fetch_task"),
    ("_fetcher", "_pending_tasks"),
    ("_coordinator", "_coordination_task"),
    ("_coordinator", "_heartbeat_task"),
    ("_coordinator", "_commit_refresh_task"),
    ("_coordinator", "_reset_committed_task"),
)
"""Which part of a client keeps which of its tasks."""


def is_meant() -> bool:
    """Whether a CancelledError is really meant for whoever asks; else it came out of something awaited."""
    return _cancellations() > 0


def _cancellations() -> int:
    """How often whoever asks has been cancelled."""
    caller = asyncio.current_task()
    return caller.cancelling() if caller else 0


async def closed(stopping: Awaitable[None], limit_s: float = CLOSE_LIMIT_S) -> bool:
    """Wait for a client's farewell, not for long, and let nothing of it out; False: it didn't end well.

    With the broker away, the client's `stop` raises the CancelledError of a task of its own: whoever awaits it would
    end as if it had been cancelled itself. Only a cancellation that is really meant for the caller goes on; also one
    that comes meanwhile and that the client, which waits for its own cancelled tasks, takes for theirs.
    """
    asked = _cancellations()
    orderly = False
    try:
        async with asyncio.timeout(limit_s):
            await stopping
        orderly = True
    except asyncio.CancelledError:
        if is_meant():
            raise
    except Exception as error:  # noqa: BLE001 - it is thrown away in any case
        log.debug("client_stop_failed", error=type(error).__name__)
    if _cancellations() > asked:
        raise asyncio.CancelledError
    return orderly


async def stopped(client: AIOKafkaConsumer | AIOKafkaProducer, limit_s: float = CLOSE_LIMIT_S) -> None:
    """Stop a client, not for long.

    A `stop` that is broken off leaves tasks behind that go on trying, and connections that stay open for minutes.
    """
    orderly = False
    try:
        orderly = await closed(client.stop(), limit_s)
    finally:
        if not orderly:
            await dropped(client)


async def begun(client: AIOKafkaConsumer | AIOKafkaProducer) -> Any:
    """The client, started. One that fails or is called off meanwhile is stopped: it may have connections already."""
    try:
        await client.start()
    except BaseException:
        await stopped(client)
        raise
    return client


@asynccontextmanager
async def at_work(client: AIOKafkaConsumer | AIOKafkaProducer) -> AsyncIterator[Any]:
    """A client that is started here and stopped however this ends."""
    await begun(client)
    try:
        yield client
    finally:
        await stopped(client)


async def again_and_again(work: Callable[[], Awaitable[None]], not_done: str, rest_s: float) -> None:
    """For ever, whatever ends the work; only a cancellation that is meant goes on. not_done: the log's word."""
    while True:
        error = "broken off from within"
        try:
            await work()
        except asyncio.CancelledError:
            if is_meant():
                raise
        except Exception as failure:  # noqa: BLE001 - tried again whatever it is
            error = type(failure).__name__
        log.warning(not_done, error=error, again_in_s=rest_s)
        await asyncio.sleep(rest_s)


async def dropped(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Close a client without a farewell, together with what it still holds: nothing of that arrives any more.

    There is no public way. A producer's own `stop` waits until all is delivered, which lasts without a broker.
    """
    parts: Any = client
    parts._closed = True  # noqa: SLF001
    network = parts.client if hasattr(parts, "client") else parts._client  # noqa: SLF001
    running = {task for task in _tasks_of(parts) if task and not task.done()}
    try:
        for _ in range(FAREWELLS):
            for task in running:
                task.cancel()
            if running:  # one that is cancelled first waits for those that it has begun: these are next
                _, running = await asyncio.wait(running, timeout=FAREWELL_S)
    finally:  # of whoever is cancelled meanwhile, too
        await closed(network.close())


def _tasks_of(parts: Any) -> Iterator[asyncio.Task[Any] | None]:
    """Whatever a producer or a consumer has running."""
    for part, name in _TASKS:
        found = getattr(getattr(parts, part, None), name, None)
        yield from found if isinstance(found, set) else (found,)


def lighten(error: OwnershipError) -> None:
    """Let an error, and what led to it, forget where it was raised.

    What a task raises hangs on itself as soon as one of the functions that it went through still knows the task. All
    that they had in their variables would then stay in memory until the collector comes.
    """
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task of one's own and wait until it is over, however it ends."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
