"""Alarms about deliveries that nobody can carry out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from processors.delivering.settle import Letter

if TYPE_CHECKING:
    from processors.delivering.book import Batch
    from streams.lanes.bench import Bench

log = structlog.get_logger()


def alarm(bench: Bench, partition: int, batch: Batch) -> None:
    """One for each dead letter that the next transaction holds."""
    for letter in batch.records:
        if isinstance(letter, Letter):
            place = {"lane": bench.name, "partition": partition, "offset": letter.offset}
            if letter.pid is None:
                bench.meter.unreadable(letter.reason)
                log.error("alarm", alarm="delivery_unreadable", reason=letter.reason, **place)
            else:
                log.error("alarm", alarm="delivery_failed", reason=letter.reason, pid=letter.pid, **place)
