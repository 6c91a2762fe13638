"""More time for what is open of a request: until then a lane tries, and then its tasks are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.failures import FAILED
from processors.delivering.job import KEPT
from processors.delivering.tasks import TASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.delivering.book import Book
    from processors.delivering.course import Course
    from processors.delivering.following import Following
    from processors.delivering.job import Now
    from processors.delivering.lines import Lines
    from schemas.records import Delivery

STATUSES = (*KEPT, "accepted", TASK, FAILED)
"""In the lane state; what is only read back, or begins anew at its own date, is due no more."""


class Extending:
    """Of one lane partition."""

    def __init__(self, lines: Lines, book: Book, course: Course, following: Following) -> None:
        self._lines = lines
        self._book = book
        self._course = course
        self._followups = following.followups

    def put_off(self, pid: str, dues: Mapping[str, int], now: Now) -> int:
        """Let a person's deliveries be due later, by delivery_id, µs; none comes earlier. How many have more time."""
        line, later = self._lines.of(pid), set[str]()
        for job in [*line.jobs, *filter(None, map(self._followups.find, dues))]:
            if left := _later(job.delivery, dues):
                job.delivery = left
                later.add(left.delivery_id)
        if any(job.delivery.delivery_id in later and not job.parked for job in line.jobs):
            self._course.keep(line, now)  # its record in the log has the earlier date
        for entry in [one for status in STATUSES for one in self._book.entries.of(pid, status)]:
            if left := _later(entry.delivery, dues):
                self._book.change(entry, left, now.wall)
                later.add(left.delivery_id)
        self._lines.place(pid)
        return len(later)


def _later(delivery: Delivery, dues: Mapping[str, int]) -> Delivery | None:
    until = dues.get(delivery.delivery_id, 0)
    return delivery.changed(due_at=until) if until > delivery.due_at else None
