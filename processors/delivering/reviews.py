"""What a vendor had to keep for a time: when that is over, its deletion begins anew."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from processors.delivering.job import RETAINED, Job
from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE
from schemas.times import DAY

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.delivering.book import Book
    from processors.delivering.course import Course
    from processors.delivering.job import Now
    from processors.delivering.lines import Lines
    from schemas.records import LaneEntry

REVIEW = "review_date"
"""Why it begins anew."""
MOST_AT_ONCE = 500
"""Many are kept until the same New Year."""


class Reviews:
    """Of one lane partition. Dates are years ahead, so they are the wall clock's, µs. most: that a lane keeps."""

    def __init__(self, lines: Lines, book: Book, course: Course, most: int) -> None:
        self._lines = lines
        self._book = book
        self._course = course
        self._most = most
        self._heap: list[tuple[int, int, LaneEntry]] = []
        self._numbers = count()
        self._is_asking = False

    def begin(self) -> None:
        """Go on with what the lane state keeps."""
        for entry in self._book.entries.every(RETAINED):
            self._wait(entry, entry.next_at or 0)

    def add(self, job: Job) -> None:
        """One was closed, and the book has kept it."""
        if (entry := self._book.entries.find(job.delivery)) and entry.status == RETAINED:
            self._wait(entry, entry.next_at or 0)

    def due(self, now: Now) -> list[LaneEntry]:
        """Those whose date has come, as many as there is room for; whoever takes them decides about each."""
        room = min(MOST_AT_ONCE, self._most - self._book.entries.kept)
        found: list[LaneEntry] = []
        while self._heap and self._heap[0][0] <= now.wall and len(found) < room:
            found.append(heappop(self._heap)[2])
        self._is_asking = bool(found)
        return found

    def decide(self, due: Collection[LaneEntry], held: Collection[str], now: Now) -> None:
        """They begin anew but for people (pids) for whom a hold keeps data here: those are looked at a day later."""
        self._is_asking = False
        for entry in due:
            if entry.delivery.pid in held:
                self._wait(entry, now.wall + DAY)
            elif self._book.entries.find(entry.delivery) is entry:
                self._begin_anew(entry, now)

    def wakes_at(self, now: Now) -> float | None:
        """When a date comes, steady s; None: none is awaited, there is no room, or those taken aren't decided yet."""
        if self._is_asking or not self._heap or self._book.entries.kept >= self._most:
            return None
        return now.until(self._heap[0][0])

    def _wait(self, entry: LaneEntry, until: int) -> None:
        heappush(self._heap, (until, next(self._numbers), entry))

    def _begin_anew(self, entry: LaneEntry, now: Now) -> None:
        """As if it came in now: neither its deadline nor the time for tries has passed already.

        With the vendor's own ids: whom it has masked, it finds by no name any more.
        """
        job = Job.parked_as(entry).anew(REVIEW, now.wall)
        until = now.wall + INTERNAL_LIMIT
        job.delivery = job.delivery.changed(received_at=now.wall, due_at=until, rule=INTERNAL_RULE)
        self._book.reopen(job, REVIEW, now.wall)
        self._course.resend(self._lines.of(job.pid), job, now)
        self._lines.place(job.pid)
