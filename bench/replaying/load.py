"""Audit records as a relay writes them: what was planned for each event, and the outcomes of its deliveries."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bench.workload import placed, routed
from processors.delivering import settle
from processors.delivering.job import Job
from schemas.codec import decode
from schemas.records import Delivery, Evidence
from streams import topics
from streams.wire import audit_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.outbox import Out

RECORDS_PER_EVENT = 4
BEHIND = 300
"""So many outcomes later than its plan a delivery's own stands."""
DONE = Evidence(status=200, response_sha256="0" * 64)


def records(number: int) -> Iterator[Out]:
    """So many, or a few less: whole events only."""
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
