"""The broker as the harness sees it: load the records, watch the end offsets, read what came."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from bench.workload import PARTITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streams.outbox import Out

_TIMEOUT_S = 10.0
_PATIENCE_S = 30.0
_PAUSE_S = 0.1
_BATCH = 10_000
_QUIET = {"log_level": 0}
"""The library tells on stderr of every connection that ends."""


def load(bootstrap: str, records: Iterable[Out]) -> None:
    """Publish the records, each to its partition.

    Raises:
        RuntimeError: some were not taken.

    """
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,  # else a retried batch stands behind newer ones, as late events
            "linger.ms": 5,
            "queue.buffering.max.messages": 1_000_000,
            **_QUIET,
        }
    )
    for number, record in enumerate(records):
        producer.produce(record.topic, record.value, record.key, record.partition, headers=list(record.headers))
        if number % _BATCH == 0:
            producer.poll(0)
    if left := producer.flush(60):
        raise RuntimeError(f"{left} records could not be loaded")


class Ends:
    """Last stable offsets: where a read_committed consumer would stop. One request to the broker."""

    def __init__(self, bootstrap: str, names: Sequence[str]) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap, **_QUIET})
        self._asked = {
            TopicPartition(name, number): OffsetSpec.latest() for name in names for number in range(PARTITIONS)
        }

    def total(self) -> int:
        """Their sum. Raises KafkaException if the broker doesn't answer for long."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            answers = self._admin.list_offsets(
                self._asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=_TIMEOUT_S
            )
            try:
                return sum(answer.result().offset for answer in answers.values())
            except KafkaException:  # a broker that has just started doesn't know yet what it leads
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_S)


def committed(bootstrap: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Topic and value of every committed record: read them, as offsets also count transaction markers."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "bench-count",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            **_QUIET,
        }
    )
    places = [TopicPartition(name, number, OFFSET_BEGINNING) for name in names for number in range(PARTITIONS)]
    consumer.assign(places)
    ended = 0
    while ended < len(places):
        for message in consumer.consume(_BATCH, timeout=_PAUSE_S):
            error = message.error()
            if error is None:
                yield message.topic(), message.value() or b""
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's own name for it
                ended += 1
            else:
                raise KafkaException(error)
    consumer.close()
