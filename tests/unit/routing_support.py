"""A router's desk, and records as Kafka hands them over."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord
from fastavro import schemaless_writer
from plan_support import LANES, MINUTE, NOW, event

from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from schemas.codec import current, encode
from schemas.connections import parse_config
from schemas.events import ConsentEvent
from schemas.origin import Origin
from schemas.sealing import Seals
from streams.topics import EVENTS
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTITIONS = 4
PEPPER = b"p" * 32
SEALS = Seals(b"k" * 32)
HOME = home_of(PARTITIONS)("c-1001")
AWAY = (HOME + 1) % PARTITIONS
EMAIL = {"type": "email", "format": "raw", "value": "jane.roe@example.org"}
DESK = Desk(
    config=parse_config({"controllers": {"oomnis": {"policy": "oomnis"}}}, "tests"),
    lanes=LANES,
    pepper=PEPPER,
    seals=SEALS,
    home=home_of(PARTITIONS),
)


def raw(**changes: Any) -> bytes:
    """An event as a careless publisher encodes it: by the schema, without the contract's rules."""
    header, schema = current(ConsentEvent)
    body = BytesIO()
    base = event(1, "withdraw", 0, ["surveys"], identities=[EMAIL]).model_dump()
    schemaless_writer(body, schema, {**base, **changes}, disable_tuple_notation=True)
    return header + body.getvalue()


def incoming(value: ConsentEvent | bytes | None, **changes: Any) -> Incoming:
    """A record at the home of c-1001."""
    data = encode(value) if isinstance(value, ConsentEvent) else value
    place = Origin(topic=EVENTS, partition=HOME, offset=7)
    return Incoming(**{"key": b"c-1001", "value": data, "origin": place, "log_time": NOW, **changes})


def record(
    value: ConsentEvent | bytes | None,
    offset: int = 7,
    *,
    partition: int = HOME,
    key: bytes | None = b"c-1001",
    headers: Sequence[tuple[str, Any]] = (),
) -> ConsumerRecord:
    data = encode(value) if isinstance(value, ConsentEvent) else value
    sizes = (len(key or b""), len(data or b""))
    return ConsumerRecord(EVENTS, partition, offset, NOW // 1000, 1, key, data, None, *sizes, tuple(headers))


__all__ = [
    "AWAY", "DESK", "EMAIL", "HOME", "MINUTE", "NOW", "PARTITIONS", "PEPPER", "SEALS", "event", "incoming", "raw",
    "record",
]  # fmt: skip
