"""Between Kafka's records and the router's values: headers, keys, topics."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from processors.routing.incoming import Incoming
from processors.routing.murmur2 import murmur2
from schemas.codec import encode, encode_each
from schemas.ids import forward_proof
from schemas.origin import Origin
from schemas.records import Delivery
from streams import topics
from streams.outbox import Out

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import ConsumerRecord

    from processors.routing.incoming import Routed
    from schemas.drafts import Series
    from schemas.records import AuditRecord, DeadLetter

FORWARDED = "consent-relay-forwarded"
"""Proves that a router did it: whoever may publish events could else choose when, and where, one has come in."""
_FROM = "consent-relay-from"
"""`topic|partition|offset|timestamp in µs` of the record as it first came in."""
_FROM_US = re.compile(rb"%b\|(\d{1,9})\|(\d{1,18})\|(\d{1,16})" % re.escape(topics.EVENTS.encode()))


def home_of(partitions: int) -> Callable[[str], int]:
    """subject_id → partition, as Kafka's Java client partitions a key: murmur2, sign bit cleared, modulo."""
    return lambda subject_id: (murmur2(subject_id.encode()) & 0x7FFFFFFF) % partitions


def incoming_of(record: ConsumerRecord, pepper: bytes) -> Incoming:
    """A record with the origin and time it first had. Headers count only if a router with this pepper wrote them."""
    here = Origin(topic=record.topic, partition=record.partition, offset=record.offset)
    if not record.headers:
        return Incoming(record.key, record.value, here, record.timestamp * 1000)
    headers = dict(record.headers)
    told, value = headers.get(_FROM) or b"", record.value or b""
    source = _FROM_US.fullmatch(told)
    if not source or not hmac.compare_digest(headers.get(FORWARDED) or b"", forward_proof(pepper, told, value)):
        return Incoming(record.key, record.value, here, record.timestamp * 1000)
    partition, offset, at = map(int, source.groups())
    origin = Origin(topic=topics.EVENTS, partition=partition, offset=offset)
    return Incoming(record.key, record.value, origin, at, forwarded=True, partition=record.partition)


def outs_of(incoming: Incoming, routed: Routed, pepper: bytes) -> list[Out]:
    """Every record that one incoming record leads to, except the state; all on the partition it came in on."""
    here = incoming.here
    outs = delivery_outs(routed.deliveries, here)
    outs += [audit_out(record, here) for record in routed.audit]
    if routed.dead_letter:
        outs.append(dead_letter_out(routed.dead_letter, here))
    if routed.home is not None and routed.key is not None:
        origin = incoming.origin
        source = f"{origin.topic}|{origin.partition}|{origin.offset}|{incoming.log_time}".encode()
        headers = ((FORWARDED, forward_proof(pepper, source, incoming.value or b"")), (_FROM, source))
        outs.append(Out(topics.EVENTS, routed.home, routed.key, incoming.value, headers))
    return outs


def delivery_outs(series: Series[Delivery], partition: int) -> list[Out]:
    if not series.drafts:
        return []
    key, values = series.fills[0]["pid"].encode(), encode_each(Delivery, series)
    return [
        Out(topics.deliveries(draft.values["lane"]), partition, key, value)
        for draft, value in zip(series.drafts, values, strict=True)
    ]


def audit_out(record: AuditRecord, partition: int) -> Out:
    """Facts without a person are keyed by their own id: the partition is chosen by number in any case."""
    return Out(topics.AUDIT, partition, (record.pid or record.record_id).encode(), encode(record))


def dead_letter_out(letter: DeadLetter, partition: int) -> Out:
    return Out(topics.DEAD_LETTER, partition, str(letter.origin).encode(), encode(letter))
