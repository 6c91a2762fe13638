"""What keeps a delivery back for another reason than a failure, and how it goes on.

held: too many deletions came at once; waiting: a deletion's cancel window; dry_run: the connection only rehearses.
A held one and a rehearsed one wait for an operator, a waiting one for its moment; each may be cancelled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.delivering.job import HOLDS
from processors.delivering.overtaking import left_of
from processors.switches import APART, Switches
from schemas.records import Evidence
from schemas.times import SECOND, iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.delivering.course import Course
    from processors.delivering.entries import Entries
    from processors.delivering.job import Job, Now
    from processors.delivering.lines import Line, Lines
    from processors.delivering.surge import DeletionCount
    from schemas.records import Command, Delivery, LaneEntry

    Wanted = Callable[[LaneEntry], bool]

WINDOW = "cancel_window"
LEGAL_HOLD = "legal_hold"
RELEASED = "released"
"""Why a delivery stands in the lane state that was on hold and is to be sent."""


@dataclass(frozen=True, slots=True)
class Rules:
    """window_s: so long after its receipt a deletion can be cancelled; dry: the connection only rehearses.

    switches: those of the vendor that stand for several purposes.
    """

    window_s: float | None = None
    dry: bool = False
    switches: Switches = APART


LIVE = Rules()


def _end_of(job: Job) -> Evidence:
    return Evidence(detail=f"until={iso(job.next_at or 0)}")


def window_end(delivery: Delivery, window_s: float) -> int:
    """When a deletion can't be cancelled any more, µs: at most half of the time until it is due is waited away."""
    half = (delivery.due_at - delivery.received_at) // 2
    return delivery.received_at + max(0, min(round(window_s * SECOND), half))


class Holds:
    """`surge`: counts deletions, None: nobody does. Every line that is changed is placed."""

    def __init__(self, rules: Rules, lines: Lines, entries: Entries, course: Course) -> None:
        self._rules = rules
        self._lines = lines
        self._entries = entries
        self._course = course
        self.surge: DeletionCount | None = None

    @property
    def dry(self) -> bool:
        return self._rules.dry

    def admit(self, line: Line, job: Job, at: int, now: Now) -> None:
        """A delivery came in, its record was written `at` µs: a deletion may have to be held, or to wait."""
        if job.action != "delete" or self.dry or job.delivery.told:
            return
        job.next_at = self._window_of(line, job)
        if self.surge is not None and self.surge.exceeds(job.offset, at):
            job.hold = "held"
            self._course.park(line, job, "surge", now)
        elif self._wait(job, now):
            self._course.park(line, job, WINDOW, now, _end_of(job))

    def _window_of(self, line: Line, newer: Job) -> int | None:
        """When the cancel window ends of a deletion whose place a new one takes, µs: asking twice delays nothing."""
        waiting = (one for one in line.jobs if one.hold == "waiting")
        ends = (one.next_at for one in waiting if left_of(one.delivery, newer.delivery) is None)
        return min((end for end in ends if end is not None), default=None)

    def wake(self, now: Now) -> None:
        """Whose time has come is ready; a deletion that can't be cancelled any more overtakes what it spared so far.

        Else it would wait behind a withdrawal that fails again and again.
        """
        self._lines.wake(now)
        over, self._lines.over = self._lines.over, []
        for job in over:
            if job.hold == "waiting" and job in (line := self._lines.of(job.pid)).jobs:
                job.hold = None
                self._course.overtake_spared(line, job, RELEASED, now)
                self._lines.place(job.pid)

    def chosen(self, wanted: Wanted) -> list[LaneEntry]:
        """Those on hold that are wanted and weren't tried, in the order in which they came in.

        One whose window is over is on hold no more, whatever its entry says until something becomes of it.
        """
        return [entry for entry in self._entries.every(*HOLDS) if wanted(entry) and self._is_on_hold(entry)]

    def release(self, entries: list[LaneEntry], command: Command, now: Now) -> Counter[str]:
        """They go on in their order: at once, or when their cancel window is over. How many of each."""
        released = Counter[str]()
        for line, job in self._jobs(entries):
            job.hold, job.reason, job.next_at = None, RELEASED, None
            waits = job.action == "delete" and self._wait(job, now)
            if not waits:
                job.next_at = now.wall
            released[job.status] += 1
            self._course.release(line, job, command, now)
            if waits:
                self._course.park(line, job, WINDOW, now, _end_of(job))
            else:
                self._course.overtake(line, job, now)
            self._lines.place(job.pid)
        return released

    def hold_back(self, entries: list[LaneEntry], now: Now) -> None:
        """What was rehearsed and a legal hold forbids is held like any other: nobody's withdrawal waits behind it."""
        for line, job in self._jobs(entries):
            job.hold = "held"
            self._course.park(line, job, LEGAL_HOLD, now)
            self._lines.place(job.pid)

    def cancel(self, entries: list[LaneEntry], command: Command, now: Now) -> None:
        """They are never sent."""
        for line, job in self._jobs(entries):
            self._course.cancel(line, job, command, now)
            self._lines.place(job.pid)

    def _wait(self, job: Job, now: Now) -> bool:
        """Let a deletion wait for the end of its cancel window; False: it is over, or there is none."""
        if self._rules.window_s is None:
            return False
        end = window_end(job.delivery, self._rules.window_s)
        if job.next_at is not None:
            end = min(end, job.next_at)
        if end <= now.wall:
            return False
        job.hold, job.next_at = "waiting", end
        self._lines.wait_for_wall(job, now)
        return True

    def _is_on_hold(self, entry: LaneEntry) -> bool:
        job = self._job(entry)
        return job is not None and job.hold == entry.status

    def _job(self, entry: LaneEntry) -> Job | None:
        return self._lines.of(entry.delivery.pid).find(entry.delivery.delivery_id)

    def _jobs(self, entries: list[LaneEntry]) -> Iterator[tuple[Line, Job]]:
        for entry in entries:
            if job := self._job(entry):
                yield self._lines.of(job.pid), job
