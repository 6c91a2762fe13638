"""A signed head in `consent.checkpoints`: the checkpoint is the value, the leaves that it adds are a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.notarising.judging import Head
from streams import topics
from streams.outbox import Out

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

START, LEAVES = "start", "leaves"


def head_out(partition: int, checkpoint: str, start: int, leaves: bytes) -> Out:
    """start: number of the first of the leaves; leaves: their hashes, one after the other."""
    headers = ((START, str(start).encode()), (LEAVES, leaves))
    return Out(topics.CHECKPOINTS, partition, str(partition).encode(), checkpoint.encode(), headers)


def head_in(record: ConsumerRecord) -> Head:
    """Whatever stands there: the judge says what is wrong with it."""
    headers = dict(record.headers)
    start = headers.get(START) or b""
    return Head(
        (record.value or b"").decode(errors="replace"),
        f"{record.topic}[{record.partition}]@{record.offset}",
        int(start) if start.isdigit() else 0,
        headers.get(LEAVES) or b"",
    )
