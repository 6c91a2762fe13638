"""The Kafka client on uvloop, as the worker uses it: a connection may go away at any moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest
from ownership_support import settings_at

from streams.clients import connection, reader, writer
from streams.stopping import at_work, begun, dropped

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import KafkaUnderTest

MOMENTS = 8


def test_a_request_on_a_connection_that_was_closed_a_moment_ago_fails_as_one(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    options = connection(settings_at(kafka.bootstrap, tmp_path))

    async def after(turns: int) -> Exception | None:
        """What a request ends with, so many turns of the loop after its connection was lost."""
        client: Any = AIOKafkaClient(**options)
        await client.bootstrap()
        try:
            conn = await client._get_conn(client.get_random_node())
            conn._writer.transport.abort()
            for _ in range(turns):
                await asyncio.sleep(0)
            try:
                await conn.send(MetadataRequest([]))
            except (KafkaConnectionError, RuntimeError) as error:
                return error
        finally:
            await client.close()
        return None

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        errors = [runner.run(after(turns)) for turns in range(MOMENTS)]
    assert {type(error) for error in errors} == {KafkaConnectionError}
    assert any(isinstance(error and error.__cause__, RuntimeError) for error in errors), "the mending has no use"


async def test_a_start_that_is_called_off_leaves_no_connection(
    kafka: KafkaUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_at(kafka.bootstrap, tmp_path)
    asked: list[AIOKafkaConnection] = []
    send = AIOKafkaConnection.send

    async def start(last: int) -> None:
        """Called off when the request with this number has been sent."""

        def sent(connection: Any, *args: Any, **more: Any) -> Any:
            answer = send(connection, *args, **more)
            asked.append(connection)
            if len(asked) == last and (starting := asyncio.current_task()):
                starting.cancel()
            return answer

        monkeypatch.setattr(AIOKafkaConnection, "send", sent)
        async with at_work(reader(settings)):
            await asyncio.sleep(0)

    for last in (1, 2):  # which API versions there are; where the brokers are
        asked.clear()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(start(last))
        assert len(asked) == last
        assert not any(connection.connected() for connection in asked)
    asked.clear()
    await asyncio.create_task(start(3))
    assert len(asked) == 2, "these were all"


async def test_a_connection_that_is_on_its_way_when_its_client_is_closed_is_closed_too(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    client: Any = AIOKafkaClient(**connection(settings_at(kafka.bootstrap, tmp_path)))
    await client.bootstrap()
    coming = asyncio.create_task(client._get_conn(client.get_random_node()))
    await asyncio.sleep(0)
    await client.close()
    assert not coming.done(), "too early to show anything"
    assert await coming is None
    assert not any(one.connected() for one in client._conns.values())


async def test_who_is_cancelled_while_it_drops_a_client_leaves_no_connection(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    settings = settings_at(kafka.bootstrap, tmp_path)
    broken_off = 0
    for turns in range(MOMENTS):
        producer: Any = await begun(writer(settings, f"dropped-{tmp_path.name}"))
        dropping = asyncio.create_task(dropped(producer))
        for _ in range(turns):
            await asyncio.sleep(0)
        dropping.cancel()
        (error,) = await asyncio.gather(dropping, return_exceptions=True)
        connections = producer.client._conns.values()
        assert connections, "it had none to leave"
        if turns:  # else it has not even begun
            broken_off += isinstance(error, asyncio.CancelledError)
            assert not any(one.connected() for one in connections), turns
        await dropped(producer)
    assert broken_off, "too late to show anything"
