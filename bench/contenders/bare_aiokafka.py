"""The bare exactly-once loop on aiokafka: per input partition a transactional producer, 500 events a transaction."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import defaultdict
from typing import TYPE_CHECKING

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.contenders.outputs import EVENTS, FORWARDED, Outputs
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiokafka import ConsumerRecord

    from bench.contenders.outputs import Out

BATCH = 500
BATCH_BYTES = 900_000
GROUP = "bench-bare-aiokafka"
BOOTSTRAP = os.environ["BENCH_BOOTSTRAP"]
PARTITIONS = int(os.environ["BENCH_PARTITIONS"])


def outs_of(record: ConsumerRecord, outputs: Outputs, home_of_subject: Callable[[str], int]) -> list[Out]:
    place = (record.partition, record.offset, record.timestamp * 1000)
    event = outputs.decode(record.value)
    home = home_of_subject(event["subject_id"])
    if home != record.partition and FORWARDED not in dict(record.headers):
        return outputs.sent_home(event, record.value, home, place)
    return outputs.of(event, *place)


async def send(producer: AIOKafkaProducer, outs: Iterable[Out]) -> None:
    """In as few batches as fit: far less work for the client than a future for each record."""
    by_place: dict[tuple[str, int], list[Out]] = defaultdict(list)
    for out in outs:
        by_place[out.topic, out.partition].append(out)
    waiting = []
    for (topic, partition), some in by_place.items():
        batch = producer.create_batch()
        for out in some:
            record = {"key": out.key, "value": out.value, "headers": list(out.headers), "timestamp": None}
            if batch.append(**record) is None:
                waiting.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(**record)
        waiting.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*waiting)


async def work(consumer: AIOKafkaConsumer, place: TopicPartition, outputs: Outputs) -> None:
    """One partition: while its transaction is being committed, the others are at work."""
    producer = AIOKafkaProducer(
        bootstrap_servers=BOOTSTRAP,
        transactional_id=f"{GROUP}-{place.partition}",
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * BATCH_BYTES,
    )
    home = home_of(PARTITIONS)
    async with producer:
        while True:
            records = (await consumer.getmany(place, timeout_ms=100, max_records=BATCH)).get(place, [])
            if not records:
                continue
            outs = [out for record in records for out in outs_of(record, outputs, home)]
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
    places = [TopicPartition(EVENTS, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    async with consumer, asyncio.TaskGroup() as group:
        outputs = Outputs()
        tasks = [group.create_task(work(consumer, place, outputs)) for place in places]
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: [task.cancel() for task in tasks])


if __name__ == "__main__":
    uvloop.run(main())
