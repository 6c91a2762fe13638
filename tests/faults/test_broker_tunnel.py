"""A Kafka client that reaches the broker through a proxy alone, and what it survives there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from harness.proxy import HOST, Proxy

from infra.kafka import EmbeddedKafka, Tunnel, free_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TOPIC, COUNT = "tunnel-test", 20
SESSION_MS = 2000
HOLE_S = 5.0
"""Longer than the session: the group throws the consumer out, and must take it back."""


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    port = free_ports().broker
    async with Proxy(HOST, port) as proxy:
        broker = EmbeddedKafka(tmp_path, tunnel=Tunnel(port, proxy.address))
        direct = await asyncio.to_thread(broker.start)
        admin = AIOKafkaAdminClient(bootstrap_servers=direct)
        await admin.start()
        await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
        await admin.close()
        yield proxy
        await asyncio.to_thread(broker.stop)


async def pass_through(proxy: Proxy, weather: str) -> None:
    if weather == "latency":
        proxy.latency(0.2)
        await asyncio.sleep(2)
    elif weather == "reset":
        for _ in range(3):
            proxy.reset()
            await asyncio.sleep(0.3)
            proxy.heal()
            await asyncio.sleep(0.3)
    else:
        proxy.black_hole()
        await asyncio.sleep(HOLE_S)
    proxy.heal()


async def test_a_client_behind_the_tunnel_survives_what_the_tunnel_does(proxy: Proxy) -> None:
    here = {"bootstrap_servers": proxy.address}
    patient = {"session_timeout_ms": SESSION_MS, "heartbeat_interval_ms": 500, "request_timeout_ms": 3000}
    consumer = AIOKafkaConsumer(TOPIC, **here, **patient, group_id="g", auto_offset_reset="earliest")
    sent: list[bytes] = []
    read: dict[bytes, None] = {}

    async def send(weather: str) -> None:
        for number in range(COUNT):
            sent.append(f"{weather}-{number}".encode())
            await producer.send_and_wait(TOPIC, sent[-1])

    async with AIOKafkaProducer(**here, enable_idempotence=True) as producer, consumer, asyncio.timeout(120):
        assert await producer.partitions_for(TOPIC) == {0}
        assert [node.port for node in producer.client.cluster.brokers()] == [proxy.port]
        for number, weather in enumerate(("latency", "reset", "black_hole"), start=1):
            sending = asyncio.create_task(send(weather))
            await pass_through(proxy, weather)
            while len(read) < number * COUNT:
                read[(await consumer.getone()).value] = None
            await sending
        assert consumer._coordinator.generation > 1, "it was thrown out, and taken back"
    assert list(read) == sent
