"""Signed heads over what was loaded, as the notary writes them, for `audit verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from processors.notarising.leaf import leaf_of
from processors.notarising.note import Checkpoint, sign
from processors.notarising.tree import Edge
from streams import topics
from streams.notary.heads import head_out
from streams.notary.keys import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.outbox import Out

PREFIX, SEED = "bench", bytes(range(32))
"""No secret: what is signed here is thrown away."""
EVERY = 10_000
AT_ONCE = 1000


def heads(bootstrap: str, records: dict[int, int]) -> Iterator[Out]:
    """records: how many there are by partition."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench-heads", "log_level": 0})
    for partition, number in records.items():
        consumer.assign([TopicPartition(topics.AUDIT, partition, OFFSET_BEGINNING)])
        yield from _heads(consumer, partition, number)
    consumer.close()


def _heads(consumer: Consumer, partition: int, number: int) -> Iterator[Out]:
    key, edge, leaves = Ed25519PrivateKey.from_private_bytes(SEED), Edge(), list[bytes]()
    while edge.size < number:
        for message in consumer.consume(AT_ONCE, timeout=1.0):
            leaves.append(leaf_of(message.timestamp()[1], message.key(), message.value(), message.headers() or ()))
            edge.add(leaves[-1])
            if len(leaves) == EVERY or edge.size == number:
                checkpoint = Checkpoint(origin_of(PREFIX, partition), edge.size, edge.root())
                yield head_out(partition, sign(checkpoint, key), edge.size - len(leaves), b"".join(leaves))
                leaves = []
