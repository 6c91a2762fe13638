"""What the embedded broker has confirmed before a crash is there after it, in every partition (KAFKA-20734)."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from ownership_support import LIMIT_S

from infra.kafka import EmbeddedKafka
from streams.stopping import stopped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

TOPIC, WRITERS, EACH = "crash", 40, 4
"""Each writes into so many partitions, which nobody else does."""
BEFORE, LAST = b"1", b"2"


async def make_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=EACH * WRITERS, replication_factor=1)])
    finally:
        await admin.close()


@asynccontextmanager
async def writers(bootstrap: str) -> AsyncIterator[list[AIOKafkaProducer]]:
    """Who comes after a writer is let in when all that was decided is written; what wasn't is given up."""
    names = [f"writer-{number}" for number in range(WRITERS)]
    made = [AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=name) for name in names]
    try:
        await asyncio.gather(*(one.start() for one in made))
        yield made
    finally:
        await asyncio.gather(*(stopped(one, 1) for one in made))


async def open_with(producers: list[AIOKafkaProducer], text: bytes) -> None:
    """All have a transaction that wants nothing but its end."""
    for number, producer in enumerate(producers):
        await producer.begin_transaction()
        for place in range(EACH * number, EACH * number + EACH):
            await producer.send_and_wait(TOPIC, text, partition=place)


async def commit(producers: list[AIOKafkaProducer], heard: Callable[[], None]) -> list[bool]:
    """All at once. heard: of each that is confirmed. Which were."""

    async def one(producer: AIOKafkaProducer) -> None:
        await producer.commit_transaction()
        heard()

    answers = [asyncio.create_task(one(producer)) for producer in producers]
    await asyncio.wait(answers, timeout=3)
    for answer in answers:
        answer.cancel()
    came = await asyncio.gather(*answers, return_exceptions=True)
    return [answer is None for answer in came]


async def newest(bootstrap: str) -> list[list[bytes]]:
    """The last committed text in each partition, by writer, when all of it can be read."""
    places = [TopicPartition(TOPIC, number) for number in range(EACH * WRITERS)]
    settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest"}
    found = [b""] * len(places)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, **settings) as consumer, asyncio.timeout(LIMIT_S):
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while [place for place in places if await consumer.position(place) < ends[place]]:
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                found[place.partition] = records[-1].value
    return [found[start : start + EACH] for start in range(0, len(found), EACH)]


async def killed_while_it_confirms(bootstrap: str, pid: int) -> list[bool]:
    async with writers(bootstrap) as producers:
        await open_with(producers, BEFORE)
        assert all(await commit(producers, lambda: None))
        await open_with(producers, LAST)
        return await commit(producers, lambda: os.kill(pid, signal.SIGKILL))


async def test_no_transaction_that_was_confirmed_is_lost_or_stays_open(tmp_path: Path) -> None:
    embedded = EmbeddedKafka(tmp_path)
    bootstrap = await asyncio.to_thread(embedded.start)
    try:
        await make_topic(bootstrap)
        confirmed = await killed_while_it_confirms(bootstrap, embedded.pid)
        await asyncio.to_thread(embedded.kill)
        await asyncio.to_thread(embedded.start)
        async with writers(bootstrap):
            there = await newest(bootstrap)
    finally:
        await asyncio.to_thread(embedded.stop)
    assert any(confirmed)
    assert [one for one in there if len(set(one)) > 1] == []
    assert [one for one, said in zip(there, confirmed, strict=True) if said and LAST not in one] == []
