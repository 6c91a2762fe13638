"""The bare exactly-once loop on confluent-kafka: one transactional producer, 500 events a transaction."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, Producer

from bench.contenders.outputs import EVENTS, FORWARDED, Outputs
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Message

    from bench.contenders.outputs import Out

BATCH = 500
BOOTSTRAP = os.environ["BENCH_BOOTSTRAP"]


def outs_of(message: Message, outputs: Outputs, home_of_subject: Callable[[str], int]) -> list[Out]:
    value = message.value()
    partition, offset, at = message.partition(), message.offset(), message.timestamp()[1] * 1000
    event = outputs.decode(value)
    home = home_of_subject(event["subject_id"])
    if home != partition and FORWARDED not in dict(message.headers() or ()):
        return outputs.sent_home(event, value, home, (partition, offset, at))
    return outputs.of(event, partition, offset, at)


READS: dict[str, str | int | bool] = {
    "bootstrap.servers": BOOTSTRAP,
    "group.id": "bench-bare-confluent",
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
}
WRITES: dict[str, str | int] = {
    "bootstrap.servers": BOOTSTRAP,
    "transactional.id": "bench-bare-confluent",
    "linger.ms": 100,  # a tenth less CPU than 5, and fewer requests; a commit doesn't wait for it
    "queue.buffering.max.messages": 100_000,
}


def main() -> None:
    outputs = Outputs()
    home = home_of(int(os.environ["BENCH_PARTITIONS"]))
    running = True

    def stop(*_: object) -> None:
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    consumer, producer = Consumer(READS), Producer(WRITES)
    producer.init_transactions()
    consumer.subscribe([EVENTS])
    while running:
        messages = consumer.consume(BATCH, timeout=0.1)
        if not messages:
            continue
        producer.begin_transaction()
        for message in messages:
            for out in outs_of(message, outputs, home):
                producer.produce(out.topic, out.value, out.key, out.partition, headers=list(out.headers) or None)
        producer.send_offsets_to_transaction(
            consumer.position(consumer.assignment()), consumer.consumer_group_metadata()
        )
        producer.commit_transaction()
    consumer.close()


if __name__ == "__main__":
    main()
