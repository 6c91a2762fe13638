"""The core's records as they stand in Kafka; dead letters are sealed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.entries import entry_name
from processors.delivering.settle import Change, Letter, dead_letter
from schemas.codec import encode
from schemas.origin import Origin
from streams import topics
from streams.outbox import Out
from streams.wire import audit_out, dead_letter_out

if TYPE_CHECKING:
    from processors.delivering.settle import Record
    from schemas.sealing import Seals


def out_of(record: Record, lane: str, partition: int, seals: Seals) -> Out:
    """One record of a lane's partition."""
    if isinstance(record, Letter):
        place = Origin(topic=topics.deliveries(lane), partition=partition, offset=record.offset)
        return dead_letter_out(dead_letter(record, place, seals), partition)
    if isinstance(record, Change):
        value = encode(record.entry) if record.entry else None
        return Out(topics.lane_state(lane), partition, entry_name(record.delivery).encode(), value)
    return audit_out(record, partition)
