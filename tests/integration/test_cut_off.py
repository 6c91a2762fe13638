"""A client that is stopped while its broker doesn't answer leaves nothing behind: no task, no connection."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import fresh_role, publish, settings_at, until

from infra.kafka import EmbeddedKafka
from streams import clients
from streams.stopping import dropped, stopped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from streams.ownership.takeover import Role
    from streams.settings import Settings

    Make = Callable[[Settings, Role], Awaitable[Any]]

SHORT_S = 0.2


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@asynccontextmanager
async def frozen(broker: EmbeddedKafka) -> AsyncIterator[None]:
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.pid, signal.SIGCONT)


async def producer(settings: Settings, role: Role) -> Any:
    """In the middle of a transaction."""
    producer = clients.writer(settings, f"{role.name}-0")
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(role.topic, b"1", partition=0)
    return producer


async def member(settings: Settings, role: Role) -> Any:
    """Reads as a member of its group."""
    consumer = clients.member(settings, role.group, "w1")
    consumer.subscribe([role.topic])
    await consumer.start()
    await until(lambda: bool(consumer.assignment()))
    await consumer.seek_to_beginning()
    await consumer.getone()
    return consumer


async def reader(settings: Settings, role: Role) -> Any:
    """Reads without a group."""
    consumer = clients.reader(settings, role.topic)
    await consumer.start()
    await consumer.getone()
    return consumer


def sockets() -> int:
    return sum(place.is_socket() for place in Path("/proc/self/fd").iterdir())


async def briefly(client: Any) -> None:
    await stopped(client, SHORT_S)


@pytest.mark.parametrize(
    ("make", "end", "pending"),
    [(producer, briefly, 0), (producer, dropped, 1), (member, briefly, 0), (reader, briefly, 0)],
)
async def test_a_client_that_is_cut_off_leaves_nothing_behind(
    broker: EmbeddedKafka, tmp_path: Path, make: Make, end: Callable[[Any], Awaitable[None]], pending: int
) -> None:
    settings = settings_at(broker.bootstrap, tmp_path)
    role = await fresh_role(settings, 2)
    await publish(settings, role, b"0")
    tasks, open_before = asyncio.all_tasks(), sockets()
    client = await make(settings, role)
    async with frozen(broker):
        for _ in range(pending):  # to a partition that the transaction doesn't know yet
            await client.send(role.topic, b"2", partition=1)
            await asyncio.sleep(SHORT_S)
        await end(client)
        await until(lambda: asyncio.all_tasks() <= tasks and sockets() <= open_before)
