"""A transaction that the broker has forgotten to end in a partition (KAFKA-20734).

The next transaction of the same producer would decide for both: what was given up, and has been done once more, would
come to light together with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

log = structlog.get_logger()


def is_forgotten(reader: AIOKafkaConsumer, place: TopicPartition) -> bool:
    """Whether one is open there as of the last fetch. To be asked where there is a single writer, once fenced."""
    stable, end = reader.last_stable_offset(place), reader.highwater(place)
    return stable is not None and end is not None and bool(stable < end)


async def end_forgotten(producer: AIOKafkaProducer, places: Iterable[TopicPartition]) -> None:
    """End it as aborted wherever it is open, by an aborted transaction that reaches there and writes nothing.

    Nothing that the reader has seen changes by that, nor where nothing is open.
    """
    await producer.begin_transaction()
    for place in places:
        producer._txn_manager.maybe_add_partition_to_txn(place)  # noqa: SLF001 - the client does so with a record only
    await producer.abort_transaction()


def tell_if_undone(role: str, partition: int, confirmed: int, start: int) -> None:
    """The other half of it: a transaction that was confirmed, forgotten, and undone by the next one.

    It is done once more, from the bookmark before it: what it told stands twice in the audit.
    """
    if start < confirmed:
        place = {"role": role, "partition": partition}
        log.error("alarm", alarm="confirmed_undone", confirmed=confirmed, stands=start, **place)
