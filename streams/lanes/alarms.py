"""Alarms about what nobody can carry out, and about a vendor whose word was not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from processors.delivering.asking import OVERDUE, STILL_THERE
from processors.delivering.settle import Letter
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from processors.delivering.book import Batch
    from streams.lanes.bench import Bench
    from streams.metrics.meters import LaneMeter

log = structlog.get_logger()


def alarm(bench: Bench, partition: int, batch: Batch) -> None:
    """One for each dead letter and each reopened delivery that the next transaction holds."""
    place: dict[str, object] = {"lane": bench.name, "partition": partition}
    for record in batch.records:
        if isinstance(record, Letter):
            _failed(record, place, bench.meter)
        elif isinstance(record, AuditRecord) and record.kind == "cycle" and record.reason == STILL_THERE:
            about = {"pid": record.pid, "delivery_id": record.delivery_id, "cycle": record.cycle}
            log.error("alarm", alarm="vendor_still_has_person", **about, **place)


def _failed(letter: Letter, place: dict[str, object], meter: LaneMeter) -> None:
    where = {"reason": letter.reason, "offset": letter.offset, **place}
    if letter.pid is None:
        meter.unreadable(letter.reason)
        log.error("alarm", alarm="delivery_unreadable", **where)
        return
    if letter.reason == OVERDUE:
        log.error("alarm", alarm="vendor_job_overdue", pid=letter.pid, **place)
    log.error("alarm", alarm="delivery_failed", pid=letter.pid, **where)
