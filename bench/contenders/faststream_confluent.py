"""FastStream on confluent-kafka: batches in, batches out, at least once.

What follows from 500 events goes out in one `publish_batch` for each partition of each topic, all at the same time.
The events are acknowledged when all of it is confirmed.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from typing import TYPE_CHECKING

import uvloop
from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker, KafkaPublishMessage
from faststream.confluent.annotations import KafkaMessage  # noqa: TC002 - FastStream reads the annotation

from bench.contenders.outputs import EVENTS, Outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 500
outputs = Outputs()
broker = KafkaBroker(os.environ["BENCH_BOOTSTRAP"], logger=None, allow_auto_create_topics=False)
app = FastStream(broker, logger=None)


@broker.subscriber(
    EVENTS,
    group_id="bench-faststream",
    auto_offset_reset="earliest",
    batch=True,
    max_records=BATCH,
    ack_policy=AckPolicy.NACK_ON_ERROR,
)
async def route(values: list[bytes], message: KafkaMessage) -> None:
    """What follows from a batch of events, written and confirmed."""
    by_place: dict[tuple[str, int], list[KafkaPublishMessage]] = defaultdict(list)
    for value, record in zip(values, message.raw_message, strict=True):
        place = (record.partition(), record.offset(), record.timestamp()[1] * 1000)
        for out in outputs.of(outputs.decode(value), *place):
            by_place[out.topic, out.partition].append(KafkaPublishMessage(out.value, key=out.key))
    await asyncio.gather(*(publish(topic, partition, some) for (topic, partition), some in by_place.items()))


async def publish(topic: str, partition: int, messages: Sequence[KafkaPublishMessage]) -> None:
    await broker.publish_batch(*messages, topic=topic, partition=partition)


if __name__ == "__main__":
    uvloop.run(app.run())
