"""Rows into events, a few thousand at a time: judged, compared with what the file said before, and published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.errors import DataError
from streams.commands.lines import Line
from streams.commands.publishing import publish_all
from streams.importing.events import event_of
from streams.importing.report import PUBLISHED, REPEATED, UNSURE, VALID
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiokafka import AIOKafkaProducer

    from processors.routing.desk import Desk
    from schemas.events import ConsentEvent
    from streams.importing.report import Report
    from streams.importing.rows import Row
    from streams.importing.seen import Seen

AT_ONCE = 2000


class Intake:
    """given: what holds for all rows."""

    def __init__(self, desk: Desk, given: Mapping[str, Any], report: Report, known: Seen) -> None:
        self.report = report
        self._desk = desk
        self._given = dict(given)
        self._known = known

    def look_at(self, rows: Sequence[Row]) -> None:
        """Only say what would become of them."""
        for row, event in self._good(rows):
            self.report.tell(row, VALID, event_id=event.event_id)

    async def publish(self, rows: Sequence[Row], producer: AIOKafkaProducer) -> None:
        """All that are good, in order; each is told when the broker has it."""
        good = list(self._good(rows))
        lines = [Line("", row.number, event) for row, event in good]
        fates = await publish_all(producer, lines, self._desk.home)
        for (row, event), fate in zip(good, fates, strict=True):
            if isinstance(fate.error, DataError):
                self.report.refuse(row, fate.error)
            elif fate.error is not None:
                self.report.tell(row, UNSURE, event_id=event.event_id)
            else:
                place = {"partition": fate.partition, "offset": fate.offset}
                self.report.tell(row, PUBLISHED, event_id=event.event_id, **place)

    def _good(self, rows: Sequence[Row]) -> Iterator[tuple[Row, ConsentEvent]]:
        now = now_micros()
        for row in rows:
            cells = row.cells
            got = cells if isinstance(cells, DataError) else event_of(cells, self._desk, self._given, now)
            if isinstance(got, DataError):
                self.report.refuse(row, got)
            elif (first := self._known.before(got.event_id, row.number)) is not None:
                self.report.tell(row, REPEATED, event_id=got.event_id, first=first)
            else:
                yield row, got
