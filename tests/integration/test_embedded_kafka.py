from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from ownership_support import LIMIT_S

from infra.kafka import Broker, EmbeddedKafka, broker_at, running_at, start_detached, stop_at
from infra.kafka.health import is_healthy
from infra.kafka.java import Candidate, Java, candidates, find
from schemas.errors import EmbeddedKafkaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import KafkaUnderTest

TOPIC = "embedded-kafka-test"
LOADING = 14
"""Kafka's code for a coordinator that has not read its groups yet."""
JAVAS = [place for place in candidates(os.environ) if place.path]


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(bootstrap: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(TOPIC, value, partition=0)


async def read(bootstrap: str, count: int, **settings: object) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed", **settings
    )
    async with consumer, asyncio.timeout(LIMIT_S):
        if "group_id" in settings:
            consumer.subscribe([TOPIC])
        else:
            consumer.assign([TopicPartition(TOPIC, 0)])
        return [(await consumer.getone()).value for _ in range(count)]


def eventually(happens: Callable[[], bool], timeout_s: float = LIMIT_S) -> bool:
    deadline = time.monotonic() + timeout_s
    while not (done := happens()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path_factory.mktemp("broker")) as embedded:
        asyncio.run(create_topic(embedded.bootstrap))
        yield embedded


@pytest.mark.parametrize("place", JAVAS, ids=lambda place: place.source)
def test_each_java_runs_a_broker_that_keeps_data_and_port(place: Candidate, tmp_path: Path) -> None:
    embedded = EmbeddedKafka(tmp_path, java=find([place]))
    bootstrap = embedded.start()
    asyncio.run(create_topic(bootstrap))
    asyncio.run(send(bootstrap, b"before"))
    embedded.stop()
    assert running_at(tmp_path) is None

    with embedded:
        assert embedded.bootstrap == running_at(tmp_path) == bootstrap
        asyncio.run(send(bootstrap, b"after"))
        assert asyncio.run(read(bootstrap, 2)) == [b"before", b"after"]


def test_a_crash_loses_nothing_and_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as embedded:
        asyncio.run(create_topic(embedded.bootstrap))
        asyncio.run(send(embedded.bootstrap, b"acknowledged"))
        embedded.kill()
        assert (tmp_path / "kafka.json").exists()
        assert running_at(tmp_path) is None

        embedded.start()
        assert asyncio.run(read(embedded.bootstrap, 1)) == [b"acknowledged"]


async def test_groups_and_transactions_work_at_once(broker: EmbeddedKafka) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id="test") as producer:
        async with producer.transaction():
            await producer.send_and_wait(TOPIC, b"committed", partition=0)
        await producer.begin_transaction()
        await producer.send_and_wait(TOPIC, b"aborted", partition=0)
        await producer.abort_transaction()
    await send(broker.bootstrap, b"last")
    values = await read(broker.bootstrap, 2, group_id="test")
    assert values == [b"committed", b"last"]


def test_a_second_start_in_the_same_directory_is_refused(broker: EmbeddedKafka) -> None:
    with pytest.raises(EmbeddedKafkaError) as raised:
        EmbeddedKafka(broker.log_file.parent).start()
    assert f"in use by process {broker.pid} " in str(raised.value)
    assert broker.bootstrap in str(raised.value)
    assert running_at(broker.log_file.parent) == broker.bootstrap


def test_the_broker_ends_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, infra.kafka\n"
        f"print(infra.kafka.EmbeddedKafka(pathlib.Path({str(tmp_path)!r})).start(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code]
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:  # noqa: S603
            assert parent.stdout is not None
            bootstrap = parent.stdout.readline().decode().strip()
            assert running_at(tmp_path) == bootstrap
            parent.kill()
        assert eventually(lambda: broker_at(tmp_path) is None)
    finally:
        stop_at(tmp_path)


def test_a_detached_broker_outlives_its_starter_until_it_is_stopped(tmp_path: Path) -> None:
    code = f"import pathlib, infra.kafka; infra.kafka.start_detached(pathlib.Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
    try:
        bootstrap = running_at(tmp_path)
        assert bootstrap is not None
        asyncio.run(create_topic(bootstrap))
    finally:
        stopped = stop_at(tmp_path)
    assert isinstance(stopped, Broker)
    assert stopped.bootstrap == bootstrap
    assert broker_at(tmp_path) is None
    assert "shut down completely" in (tmp_path / "kafka.log").read_text()
    assert stop_at(tmp_path) is None


def pretended_java(path: Path, *, dies_as: str) -> Java:
    """A Java whose `dies_as` program (a class name) ends at once, and whose others do nothing."""
    path.write_text(f"#!/bin/sh\ncase \"$*\" in *{dies_as}*) echo 'a very bad day' >&2; exit 3;; esac\n")
    path.chmod(0o755)
    return Java("a test", path, 17)


@pytest.mark.parametrize("program", ["StorageTool", "kafka.Kafka"])
def test_a_broker_that_dies_is_reported_at_once_with_the_end_of_its_log(program: str, tmp_path: Path) -> None:
    embedded = EmbeddedKafka(tmp_path / "data", java=pretended_java(tmp_path / "java", dies_as=program))
    with pytest.raises(EmbeddedKafkaError) as raised:
        embedded.start()
    assert "isn't healthy" not in str(raised.value), "the whole time limit was waited for"
    assert str(embedded.log_file) in str(raised.value)
    assert "| a very bad day" in str(raised.value)
    assert broker_at(tmp_path / "data") is None


def test_a_detached_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    java = pretended_java(tmp_path / "java", dies_as="kafka.Kafka")
    with pytest.raises(EmbeddedKafkaError, match="has died while starting"):
        start_detached(tmp_path / "data", java=java)
    assert broker_at(tmp_path / "data") is None


def test_a_broker_that_died_by_itself_can_be_stopped_and_started_again(tmp_path: Path) -> None:
    embedded = EmbeddedKafka(tmp_path)
    embedded.start()
    os.kill(embedded.pid, signal.SIGTERM)
    assert eventually(lambda: broker_at(tmp_path) is None)
    embedded.stop()
    with embedded:
        assert running_at(tmp_path) == embedded.bootstrap


async def test_a_broker_that_has_not_loaded_its_groups_is_not_healthy(
    kafka: KafkaUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = AIOKafkaClient.send
    codes = [LOADING, LOADING]

    async def loading(client: AIOKafkaClient, *request: Any, **more: Any) -> Any:
        response = await send(client, *request, **more)
        if type(response).__name__.startswith("OffsetFetchResponse") and codes:
            response.topics, response.error_code = [], codes.pop()
        return response

    monkeypatch.setattr(AIOKafkaClient, "send", loading)
    assert [await is_healthy(kafka.bootstrap) for _ in range(3)] == [False, False, True]
