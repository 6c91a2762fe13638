"""A lane partition's guard against a slip that deletes everybody: its count in the lane state, and its alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from processors.delivering.surge import DeletionCount
from schemas.surge import Surge
from streams.ownership.tenure import SURGE_KEY

if TYPE_CHECKING:
    from processors.delivering.core import Core
    from streams.lanes.bench import Bench
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
ALARM_EVERY_S = 3600.0
"""While more and more are held."""


class SurgeKeeper:
    """For one tenure."""

    def __init__(self, bench: Bench, core: Core, tenure: Tenure) -> None:
        self._bench = bench
        self._core = core
        self._tenure = tenure
        if bench.connector.connection.surge == "on":
            core.holds.surge = DeletionCount(bench.partitions, tenure.kept(SURGE_KEY, Surge))
        self._written = self._counted()
        self._held = core.statuses["held"]
        self._alarmed_at = float("-inf")
        self._tell()

    def outs(self) -> list[Out]:
        """The count, if it changed: it goes with what became of the deletions."""
        surge, counted = self._core.holds.surge, self._counted()
        if surge is None or counted == self._written:
            return []
        self._written = counted
        return [self._tenure.keep(SURGE_KEY, surge.record())]

    def committed(self) -> None:
        """Say that some are held, if more are than before."""
        before, self._held = self._held, self._core.statuses["held"]
        if self._held != before:
            self._tell()
        now = self._bench.steady()
        if self._held > before and now - self._alarmed_at >= ALARM_EVERY_S:
            self._alarmed_at = now
            place = {"lane": self._bench.name, "partition": self._tenure.partition}
            log.error("alarm", alarm="deletions_held", held=self._held, **place)

    def _counted(self) -> int:
        return self._core.holds.surge.offset if self._core.holds.surge else 0

    def _tell(self) -> None:
        self._bench.status.hold(self._bench.role, self._tenure.partition, self._held)
