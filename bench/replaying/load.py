"""Audit records as a relay writes them: what was planned for each event, and the outcomes of its deliveries."""

from __future__ import annotations

from collections import deque
from itertools import count, islice
from typing import TYPE_CHECKING, NamedTuple

from bench.workload import placed, routed
from processors.delivering import settle
from processors.delivering.job import Job
from schemas.codec import decode
from schemas.records import AuditRecord, Delivery, Evidence
from streams import topics
from streams.wire import audit_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.outbox import Out

RECORDS_PER_EVENT = 4
BEHIND = 300
"""So many outcomes later than its plan a delivery's own stands."""
DONE = Evidence(status=200, response_sha256="0" * 64)
MADE = 100_000
"""So many are made by the real router; what is wanted more are these once more, of other people."""


class Made(NamedTuple):
    """A record, and the ids in it that name a person, an event, its deliveries."""

    out: Out
    ids: tuple[bytes, ...]


def records(number: int) -> Iterator[Out]:
    """So many, or a few less: whole events only."""
    made = [Made(out, _ids(out)) for out in _routed(min(number, MADE))]
    return islice((_renamed(one, turn) for turn in count() for one in made), number // len(made) * len(made))


def _renamed(made: Made, turn: int) -> Out:
    out, value, key = made.out, made.out.value or b"", made.out.key or b""
    if turn:
        for one in made.ids:
            other = b"%b%04x" % (one[:-4], turn)
            value, key = value.replace(one, other), key.replace(one, other)
    return out._replace(value=value, key=key)


def _ids(out: Out) -> tuple[bytes, ...]:
    record = decode(AuditRecord, out.value or b"")
    found = (record.pid, record.event_id, record.delivery_id, *(leg.delivery_id for leg in record.legs or ()))
    return tuple(one.encode() for one in found if one)


def _routed(number: int) -> Iterator[Out]:
    waiting: deque[Out] = deque()
    for outs in routed(placed(number // RECORDS_PER_EVENT, "home")):
        for out in outs:
            if out.topic == topics.AUDIT:
                yield out
            elif out.topic.startswith(topics.deliveries("")):
                waiting.append(_done(decode(Delivery, out.value or b""), out.partition))
        while len(waiting) > BEHIND:
            yield waiting.popleft()
    yield from waiting


def _done(delivery: Delivery, partition: int) -> Out:
    job = Job(0, delivery, None, attempt=1)
    return audit_out(settle.outcome(job, "executed", delivery.received_at, None, DONE), partition)
