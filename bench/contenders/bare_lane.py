"""The bare lane on aiokafka and aiohttp: per partition a transactional producer, 500 deliveries a transaction.

One POST for each delivery, `BENCH_CONCURRENCY` of them at a time; nothing is opened, nobody's order is kept, and
nothing is limited or tried again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING

import aiohttp
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from yarl import URL

from bench.contenders.bare_aiokafka import BATCH, BATCH_BYTES, send
from bench.contenders.outcomes import Outcomes
from bench.contenders.outputs import AUDIT, DELIVERIES, LANES, Out

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

GROUP = "bench-bare-lane"
BOOTSTRAP = os.environ["BENCH_BOOTSTRAP"]
PARTITIONS = int(os.environ["BENCH_PARTITIONS"])
TOPIC = DELIVERIES + LANES[0]


class Calls:
    """The vendor, so many calls at a time."""

    def __init__(self, session: aiohttp.ClientSession, outcomes: Outcomes) -> None:
        self._session = session
        self._outcomes = outcomes
        self._url = URL(os.environ["BENCH_VENDOR"] + outcomes.path, encoded=True)
        self._slots = asyncio.Semaphore(int(os.environ["BENCH_CONCURRENCY"]))

    async def carry_out(self, record: ConsumerRecord) -> Out:
        """Decode, call, and make the outcome's record."""
        delivery = self._outcomes.decode(record.value)
        async with (
            self._slots,
            self._session.post(self._url, headers=self._outcomes.headers, data=self._outcomes.body) as response,
        ):
            await response.read()
            response.raise_for_status()
        return Out(AUDIT, record.partition, record.key, self._outcomes.outcome(delivery, time.time_ns() // 1000))


async def work(consumer: AIOKafkaConsumer, place: TopicPartition, calls: Calls) -> None:
    """One partition: while its transaction is being committed, the others are at work."""
    producer = AIOKafkaProducer(
        bootstrap_servers=BOOTSTRAP,
        transactional_id=f"{GROUP}-{place.partition}",
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * BATCH_BYTES,
    )
    async with producer:
        while True:
            records = (await consumer.getmany(place, timeout_ms=100, max_records=BATCH)).get(place, [])
            if not records:
                continue
            outs = await asyncio.gather(*map(calls.carry_out, records))
            async with producer.transaction():
                await send(producer, outs)
                await producer.send_offsets_to_transaction({place: records[-1].offset + 1}, GROUP)


async def main() -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=BOOTSTRAP,
        group_id=GROUP,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    connector = aiohttp.TCPConnector(limit=0)
    async with consumer, aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        calls = Calls(session, Outcomes())
        tasks = [group.create_task(work(consumer, place, calls)) for place in places]
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: [task.cancel() for task in tasks])


if __name__ == "__main__":
    uvloop.run(main())
