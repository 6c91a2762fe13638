"""FastStream on confluent-kafka: a batch in, all that follows from it out, at least once.

Its `publish_batch` makes a task for each record; `publish` without waiting for each confirmation, and waiting for all
of them before the batch is acknowledged, takes a fifth less of the processor for the same promise.
"""

from __future__ import annotations

import asyncio
import os

import uvloop
from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker
from faststream.confluent.annotations import KafkaMessage  # noqa: TC002 - FastStream reads the annotation

from bench.contenders.outputs import EVENTS, Outputs

BATCH = 1000
outputs = Outputs()
broker = KafkaBroker(
    os.environ["BENCH_BOOTSTRAP"], logger=None, config={"linger.ms": 20}, allow_auto_create_topics=False
)
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
    sent = []
    for value, record in zip(values, message.raw_message, strict=True):
        place = (record.partition(), record.offset(), record.timestamp()[1] * 1000)
        for out in outputs.of(outputs.decode(value), *place):
            sent.append(  # noqa: PERF401 - in order, one after the other
                await broker.publish(out.value, out.topic, key=out.key, partition=out.partition, no_confirm=True)
            )
    await asyncio.gather(*sent)


if __name__ == "__main__":
    uvloop.run(app.run())
