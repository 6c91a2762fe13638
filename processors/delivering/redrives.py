"""What has failed goes out once more, where somebody wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.delivering.failures import FAILED
from processors.delivering.job import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.delivering.book import Book
    from processors.delivering.course import Course
    from processors.delivering.job import Now
    from processors.delivering.lines import Lines
    from schemas.records import Command, LaneEntry

MOST_REDRIVEN = 1000
"""With one command: they go into one transaction."""


class Redriven(NamedTuple):
    """How many deliveries go out once more, were overtaken meanwhile, and stay failed because there is no room."""

    begun: int
    overtaken: int
    left: int


class Redrives:
    """Of one lane partition. most: that it keeps."""

    def __init__(self, lines: Lines, book: Book, course: Course, most: int) -> None:
        self._lines = lines
        self._book = book
        self._course = course
        self._most = most

    def failed(self, wanted: str | None) -> list[LaneEntry]:
        """What has failed, in the order in which it came in. `wanted`: only this delivery_id."""
        return [one for one in self._book.entries.every(FAILED) if wanted in {None, one.delivery.delivery_id}]

    def begin(self, command: Command, failed: Sequence[LaneEntry], now: Now) -> Redriven:
        """Start a new cycle, of as many as there is room for. command: who asks for it, and why."""
        room = max(0, min(MOST_REDRIVEN, self._most - self._book.entries.kept))
        begun = 0
        for entry in failed[:room]:
            job = Job.again(entry, now.wall)
            self._book.begin_again(job, command, now.wall)
            begun += self._course.resend(self._lines.of(job.pid), job, now)
            self._lines.place(job.pid)
        return Redriven(begun, len(failed[:room]) - begun, len(failed[room:]))


def without_grants_behind(failed: Sequence[LaneEntry], stay: Sequence[LaneEntry]) -> list[LaneEntry]:
    """All but the deletions that stay, and grants that came in after one of the same person: it would undo them."""
    ids = {one.delivery.delivery_id for one in stay}
    stays, some = set[str](), []
    for entry in failed:
        delivery = entry.delivery
        if delivery.delivery_id in ids:
            stays.add(delivery.pid)
        elif delivery.action != "grant" or delivery.pid not in stays:
            some.append(entry)
    return some
