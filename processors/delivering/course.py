"""What becomes of a delivery: each step is taken in the person's line and in the book at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering import known, tasks
from processors.delivering.backoff import Again, Backoff, Fail, Park, Part, Retry, decide
from processors.delivering.job import KEPT, Job
from processors.delivering.overtaking import left_of_job
from processors.switches import APART

if TYPE_CHECKING:
    from processors.delivering.book import Book
    from processors.delivering.breaker import Breaker
    from processors.delivering.guard import Guard
    from processors.delivering.job import Now
    from processors.delivering.lines import Line, Lines
    from processors.switches import Switches
    from processors.vendors.base import Result
    from schemas.errors import VendorError
    from schemas.records import Command, Evidence

BEHIND = "waits_behind"
"""Why a delivery is parked that was not tried: one before it is."""


class Course:
    """Whoever changes a line here places it afterwards."""

    def __init__(self, lines: Lines, book: Book, backoff: Backoff, breaker: Breaker, guard: Guard) -> None:
        self._lines = lines
        self._book = book
        self._backoff = backoff
        self._breaker = breaker
        self._guard = guard

    def begin(self, now: Now) -> None:
        """What the lane state keeps stands in its lines."""
        for entry in self._book.entries.every(*KEPT):
            job = Job.parked_as(entry)
            self._lines.of(job.pid).jobs.append(job)
            if job.next_at is not None:
                if job.hold is None:  # a hold's end is no wait that we have drawn
                    job.next_at = now.planned(job.next_at, entry.since)
                self._lines.wait_for_wall(job, now)
            self._lines.place(job.pid)

    def failed(self, line: Line, job: Job, error: VendorError, share: float, now: Now, *, people: int) -> bool:
        """After a try that was not answered well. `share`: the draw, 0 to 1; people: in the call. Is it put off?"""
        decision = decide(error, job, self._backoff, share, now.wall, people=people)
        if isinstance(decision, Again):
            self._breaker.hold(decision.hold_s, now.steady)
        if not isinstance(decision, Fail) and self.came_back(line, job, now):
            return False
        match decision:
            case Part(most):
                job.attempt -= 1
                job.most = most
                return False
            case Again():
                job.attempt -= 1
                return False
            case Retry(after_s):
                job.waited_s += after_s
                self._lines.wait(job, now.steady + after_s)
            case Park(until, after_s):
                job.next_at, job.most = until, 1  # it may be what spoils the call for the others
                self.park(line, job, error.reason, now)
                self.keep(line, now)
                self._lines.wait(job, now.steady + after_s)
            case Fail(reason):
                self._guard.failed(job.action, error)
                self._book.fail(job, error, reason, now.wall)
                self.done(line, job)
                return False
        return True

    def came_back(self, line: Line, job: Job, now: Now) -> bool:
        """It was in the air and isn't done: take out what came in meanwhile. True: nothing is left to be tried again.

        Else what protects would wait behind a grant that fails again and again.
        """
        newer = [other for other in line.jobs if other.offset > job.offset]
        return any(self._is_taken_out(line, job, other, APART, now) for other in newer)

    def resend(self, line: Line, job: Job, now: Now) -> bool:
        """Send what is left of one that has begun a new cycle, in its old place. False: nothing is."""
        if self._is_left(line, job, now):
            self._book.keep_again(job, now.wall)
            line.insert(job)
        self._decided(line, job.pid)
        return job in line.jobs

    def put_off(self, line: Line, job: Job, after_s: float, now: Now) -> None:
        """What the vendor had taken and not done is due once more, in its old place, after so many s."""
        if self._is_left(line, job, now):
            self._book.park(job, now.wall)
            line.insert(job)
            self.keep(line, now)
            self._lines.wait(job, now.steady + after_s)
        self._decided(line, job.pid)

    def _is_left(self, line: Line, job: Job, now: Now) -> bool:
        """Take out what newer ones decide anew. False: nothing is left of it, and that is told.

        What came in later counts as newer even if it has failed itself: nobody's older choice is sent past it. But a
        failed deletion may stay so, as a legal hold wants it: what else protects is not left undone for it.
        """
        entries = self._book.entries.of(job.pid, "failed")
        if job.action not in {"grant", "delete"}:
            entries = [one for one in entries if one.delivery.action != "delete"]
        failed = map(Job.parked_as, entries)
        for newer in [other for other in (*line.jobs, *failed) if other.offset > job.offset]:
            left = left_of_job(job, newer, self._book.switches, dry=self._lines.dry)
            if left is None:
                self._book.supersede(job, newer.delivery, now.wall)
                return False
            job.delivery = left
        return True

    def overtake(self, line: Line, newer: Job, now: Now) -> None:
        """Take its scope out of those before it in the line that aren't in the air, and out of open tasks.

        A withdrawal will go past a grant that is kept back, and would be undone by it where they share a switch.
        """
        tasks.overtake(self._book, [newer], now.wall, dry=self._lines.dry)
        if line.jobs[0] is not newer:
            late = line.kept_back if self._book.switches else []
            self._take_out(line, newer, line.waiting, late, now)

    def overtake_spared(self, line: Line, deletion: Job, reason: str, now: Now) -> None:
        """The same of one that could be cancelled until now: what protects was done as if it weren't there.

        The lane state says with that, and why, that nobody can cancel it any more.
        """
        if len(line.jobs) > 1:
            deletion.reason, deletion.next_at = reason, now.wall
            self._book.keep_again(deletion, now.wall)
        self._take_out(line, deletion, [job for job in line.waiting if job.delivery.protective], [], now)

    def _take_out(self, line: Line, newer: Job, jobs: list[Job], late: list[Job], now: Now) -> None:
        """late: of these jobs, those that could be carried out after the newer one."""
        for job in [older for older in jobs if older.offset < newer.offset]:
            self._is_taken_out(line, job, newer, self._book.switches if job in late else APART, now)

    def _is_taken_out(self, line: Line, job: Job, newer: Job, switches: Switches, now: Now) -> bool:
        """Take what the newer one decides anew out of a job. True: that was all of it."""
        left = left_of_job(job, newer, switches, dry=self._lines.dry)
        if left is None:
            self._book.supersede(job, newer.delivery, now.wall)
            self.done(line, job)
        elif left is not job.delivery:
            self._book.shrink(job, left, now.wall)
        return left is None

    def told(self, line: Line, job: Job, now: Now, *, crossed: bool) -> None:
        """Its vendor knows it already: that it has overtaken what is older is all. crossed: see `known`."""
        line.jobs.remove(job)
        self._book.heard(job)
        if crossed:
            self.keep(line, now)
            again = known.sent_all_the_same(job, now.wall)
            self._book.reopen(again, known.CROSSED, now.wall)
            self.resend(line, again, now)

    def park(self, line: Line, job: Job, reason: str, now: Now, evidence: Evidence | None = None) -> None:
        """Its record is settled; the lane state keeps the delivery."""
        job.reason = reason
        self._book.park(job, now.wall, evidence)
        self._decided(line, job.pid)

    def release(self, line: Line, job: Job, command: Command, now: Now) -> None:
        """What was on hold is not, or waits for its moment."""
        self._book.release(job, command, now.wall)
        self._decided(line, job.pid)

    def cancel(self, line: Line, job: Job, command: Command, now: Now) -> None:
        """It is never sent; what it kept back goes on."""
        self._book.cancel(job, command, now.wall)
        self.done(line, job)

    def keep(self, line: Line, now: Now) -> None:
        """All of a line goes into the lane state, as one in it has to wait: its records are settled together.

        Whoever takes over has the entries at once and reads the records by and by: a later one must not be first.
        """
        first = line.calling or line.next
        for job in line.jobs:
            if not job.parked and job is first:
                self._book.keep(job, now.wall)
            elif not job.parked:
                self.park(line, job, BEHIND, now)

    def closed(self, line: Line, job: Job, result: Result, now: Now) -> None:
        """After an answer that needs no other try; what was only rehearsed was not tried, and is kept.

        What the vendor ran a job for is in no line any more.
        """
        if result.outcome == "dry_run":
            job.attempt, job.hold = job.attempt - 1, "dry_run"
            self.park(line, job, "dry_run", now, result.evidence)
            return
        self._guard.good(job.action)
        result = tasks.by_hand(result, now.wall)
        self._book.close(job, result, now.wall)
        if job.action == "delete":  # it may have been on hold until now
            tasks.overtake(self._book, [job], now.wall)
        if result.outcome == tasks.TASK:
            newer = [other for other in line.jobs if other.offset > job.offset]
            tasks.overtake(self._book, newer, now.wall)
        if job in line.jobs:
            self.done(line, job)

    def done(self, line: Line, job: Job) -> None:
        """The delivery leaves its line; the next one waits until that is committed."""
        was_next = line.next is job
        line.jobs.remove(job)
        if was_next and (other := line.next):
            other.until = None
        self._decided(line, job.pid)

    def _decided(self, line: Line, pid: str) -> None:
        line.uncommitted += 1
        self._book.pending.free(pid)
