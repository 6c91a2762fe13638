"""Between Kafka's records and the router's values: headers, keys, topics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiokafka.partitioner import murmur2

from processors.routing.incoming import Incoming
from schemas.codec import encode, encode_each
from schemas.contract import Origin, trusted
from schemas.records import Delivery
from streams import topics
from streams.outbox import Out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiokafka import ConsumerRecord

    from processors.routing.incoming import Routed
    from schemas.drafts import Series
    from schemas.records import AuditRecord, DeadLetter

_origin = trusted(Origin)
FORWARDED = "consent-relay-forwarded"
_FROM = "consent-relay-from"
"""`topic|partition|offset|timestamp in µs` of the record as it first came in."""
_FROM_US = re.compile(rb"%b\|(\d{1,9})\|(\d{1,18})\|(\d{1,16})" % re.escape(topics.EVENTS.encode()))


def home_of(partitions: int) -> Callable[[str], int]:
    """subject_id → partition, as Kafka's Java client partitions a key: murmur2, sign bit cleared, modulo."""
    return lambda subject_id: int((murmur2(subject_id.encode()) & 0x7FFFFFFF) % partitions)


def incoming_of(record: ConsumerRecord) -> Incoming:
    """A record with the origin and time it first had. Headers that no router writes count for nothing."""
    here = _origin(topic=record.topic, partition=record.partition, offset=record.offset)
    if not record.headers:
        return Incoming(record.key, record.value, here, record.timestamp * 1000)
    headers = dict(record.headers)
    source = _FROM_US.fullmatch(headers.get(_FROM) or b"")
    if FORWARDED not in headers or not source:
        return Incoming(record.key, record.value, here, record.timestamp * 1000)
    partition, offset, at = map(int, source.groups())
    origin = Origin(topic=topics.EVENTS, partition=partition, offset=offset)
    return Incoming(record.key, record.value, origin, at, forwarded=True, partition=record.partition)


def outs_of(incoming: Incoming, routed: Routed) -> Iterator[Out]:
    """Every record that one incoming record leads to, except the state; all on the partition it came in on."""
    here = incoming.here
    yield from delivery_outs(routed.deliveries, here)
    for record in routed.audit:
        yield audit_out(record, here)
    if routed.dead_letter:
        yield dead_letter_out(routed.dead_letter, here)
    if routed.home is not None and routed.key is not None:
        origin = incoming.origin
        source = f"{origin.topic}|{origin.partition}|{origin.offset}|{incoming.log_time}".encode()
        headers = ((FORWARDED, b"1"), (_FROM, source))
        yield Out(topics.EVENTS, routed.home, routed.key, incoming.value, headers)


def delivery_outs(series: Series[Delivery], partition: int) -> Iterator[Out]:
    if series:
        key = series.common["pid"].encode()
        for draft, value in zip(series.drafts, encode_each(Delivery, series), strict=True):
            yield Out(topics.deliveries(draft.values["lane"]), partition, key, value)


def audit_out(record: AuditRecord, partition: int) -> Out:
    """Facts without a person are keyed by their own id: the partition is chosen by number in any case."""
    return Out(topics.AUDIT, partition, (record.pid or record.record_id).encode(), encode(record))


def dead_letter_out(letter: DeadLetter, partition: int) -> Out:
    return Out(topics.DEAD_LETTER, partition, str(letter.origin).encode(), encode(letter))
