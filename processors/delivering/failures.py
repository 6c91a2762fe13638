"""What has failed is kept to be sent again, with what finds the person sealed in it: for a time, not for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.deadlines import KEPT_FOR
from processors.delivering.job import Job

if TYPE_CHECKING:
    from processors.delivering.book import Book
    from processors.delivering.job import Now

FAILED = "failed"


class Failures:
    """Of one lane partition: as long as the request that they belong to is kept once it is closed.

    Its times are months ahead, so they are the wall clock's, µs.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._next = 0

    def forget(self, now: Now) -> None:
        """Let go what is past its time. That it failed stands in the audit."""
        if not self._book.entries.statuses[FAILED] or now.wall < self._next:
            return
        for entry in list(self._book.entries.every(FAILED)):
            if entry.since + KEPT_FOR <= now.wall:
                self._book.forget(Job.parked_as(entry))
        left = (entry.since for entry in self._book.entries.every(FAILED))
        self._next = min(left, default=now.wall) + KEPT_FOR

    def wakes_at(self, now: Now) -> float | None:
        """When to look again, steady s; None: nothing is kept, or `forget` was not asked since something failed."""
        if not self._book.entries.statuses[FAILED] or self._next <= now.wall:
            return None
        return now.until(self._next)
