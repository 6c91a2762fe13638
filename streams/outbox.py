"""What a transaction writes, sized before it begins: one oversize record would ruin the transaction after it too."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from schemas.errors import OversizeRecord
from streams.topics import DEAD_LETTER, DEAD_LETTER_LIMIT, RECORD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiokafka import AIOKafkaProducer

OVERHEAD = 512
"""Bytes kept free for the batch header and the record's own framing."""
SURELY_FITS = RECORD_LIMIT - OVERHEAD
"""Bytes of key and value that any topic takes."""
_NO_HEADERS: list[tuple[str, bytes]] = []
"""The client asks for a list, and only reads it."""


class Out(NamedTuple):
    """One record to write. `value` None: a tombstone."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()

    @property
    def size(self) -> int:
        headers = sum(len(name) + len(value) for name, value in self.headers) if self.headers else 0
        return OVERHEAD + len(self.key) + len(self.value or b"") + headers

    def check_size(self) -> None:
        """Refuse what the topic would not take.

        Raises:
            OversizeRecord: naming sizes and topic, in bytes.

        """
        limit = DEAD_LETTER_LIMIT if self.topic == DEAD_LETTER else RECORD_LIMIT
        size = self.size
        if size > limit:
            raise OversizeRecord(f"{size} bytes for {self.topic}, which takes {limit}")


def sized(outs: list[Out]) -> list[Out]:
    """The same records, each of which its topic takes.

    Raises:
        OversizeRecord: one is too large.

    """
    for out in outs:
        if out.headers or len(out.key) + len(out.value or b"") > SURELY_FITS:
            out.check_size()
    return outs


async def send_all(producer: AIOKafkaProducer, outs: Iterable[Out]) -> None:
    """Send in order per partition, in as few batches as fit, and wait until the broker has them all."""
    by_partition: dict[tuple[str, int], list[Out]] = defaultdict(list)
    for out in outs:
        by_partition[out.topic, out.partition].append(out)
    await asyncio.gather(*(_send(producer, *place, records) for place, records in by_partition.items()))


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, outs: list[Out]) -> None:
    waiting = []
    batch = producer.create_batch()
    for _, _, key, value, given in outs:
        headers = list(given) if given else _NO_HEADERS
        if batch.append(key=key, value=value, headers=headers, timestamp=None) is None:  # full: another one is opened
            waiting.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(key=key, value=value, headers=headers, timestamp=None)
    waiting.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*waiting)
