"""What becomes of what the vendor was asked about: done, asked again, done anew, reopened, given up."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from processors.delivering.backoff import Fail, Park, decide, is_lanes
from processors.delivering.ready import soonest
from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import VendorRefused, VendorUnavailable
from schemas.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.delivering.backoff import Backoff
    from processors.delivering.book import Book
    from processors.delivering.course import Course
    from processors.delivering.following import Following
    from processors.delivering.job import Call, Job, Now
    from processors.delivering.lines import Lines
    from schemas.errors import VendorError

STILL_THERE = "vendor_still_has_person"
OVERDUE = "vendor_job_overdue"
MOST_REOPENED = 3
"""So often in a row a delivery is done anew because the vendor still has the person; then a person must look."""


class Asking:
    """Answers end in the book at once; a person's line is touched only where something is to be done anew."""

    def __init__(self, following: Following, lines: Lines, book: Book, course: Course, backoff: Backoff) -> None:
        self._following = following
        self._followups = following.followups
        self._lines = lines
        self._book = book
        self._course = course
        self._backoff = backoff
        self._in_air = 0

    def start(self, calls: int, now: Now, *, idle: bool) -> Call | None:
        """The next question. A quarter of all calls, or whatever is left over by those that carry something out."""
        if not self.may_start(calls, now, idle=idle):
            return None
        call = self._followups.take(now.steady)
        self._in_air += call is not None
        return call

    def may_start(self, calls: int, now: Now, *, idle: bool) -> bool:
        return self.is_due(now) and (idle or self._in_air < max(1, calls // 4))

    def is_due(self, now: Now) -> bool:
        return bool(self._followups) and self._followups.is_due(now.steady)

    def wakes_at(self, now: Now) -> float | None:
        """When the next question's time comes, or a review's, steady s; None: none waits for its time."""
        asks = None if not self._followups or self.is_due(now) else self._followups.wakes_at()
        return soonest(asks, self._following.reviews.wakes_at(now))

    def broken_off(self, call: Call, now: Now) -> None:
        """It wasn't answered, by our own doing: it is due again."""
        self._in_air -= 1
        for job in call.jobs:
            if self._followups.holds(job):
                self._followups.add(job, now.steady)

    def answered(
        self, call: Call, answers: Mapping[str, Result | Undone | VendorError], share: float, now: Now
    ) -> None:
        """`share`: the draw for waits, 0 to 1."""
        self._in_air -= 1
        for job in call.jobs:
            self._answer(job, answers[job.delivery.delivery_id], share, now)

    def heard(self, job_id: str, answer: Result | Undone | None, share: float, now: Now) -> int:
        """The vendor itself told of a job; None: only that it is worth asking now. How many people it is about."""
        jobs = self._followups.of_job(job_id)
        for job in jobs:
            if answer is None:
                self._followups.add(job, now.steady)
            else:
                self._answer(job, answer, share, now)
        return len(jobs)

    def _answer(self, job: Job, answer: Result | Undone | VendorError, share: float, now: Now) -> None:
        if not self._followups.holds(job):
            return  # overtaken meanwhile, or the vendor told of it by itself
        match answer:
            case Result(later=None):
                self._ended(job, answer, now)
            case Result():
                self._runs_on(job, answer, now)
            case Undone(error) if job.follows == "person":
                self._reopen(job, error, now)
            case Undone(error):
                self._undone(job, error, share, now)
            case error:
                self._missed(job, error, share, now)

    def _ended(self, job: Job, result: Result, now: Now) -> None:
        self._followups.drop(job.delivery.delivery_id)
        if job.follows == "person":
            self._book.verify(job, result, now.wall)
        else:
            self._course.closed(self._lines.of(job.pid), job, result, now)
            self._following.ended(job, result, now)
            self._lines.place(job.pid)

    def _runs_on(self, job: Job, result: Result, now: Now) -> None:
        if result.later is None or (job.limit_at is not None and now.wall >= job.limit_at):
            self._fail(job, VendorRefused(OVERDUE), OVERDUE, now)
            return
        job.asked, job.missed = job.asked + 1, 0
        self._following.ask_again(job, result.later, now)
        self._book.keep_asked(job, now.wall)

    def _missed(self, job: Job, error: VendorError, share: float, now: Now) -> None:
        """Nobody could be asked, or the question was refused: asked again. A job is not forgotten for that."""
        asked_s = (error.retry_after or 0.0) if isinstance(error, VendorUnavailable) else 0.0
        if job.limit_at is not None and now.wall >= job.limit_at and not is_lanes(error):
            if job.follows == "person":
                self._following.forget(job)
                return
            if not isinstance(error, VendorUnavailable):
                self._fail(job, error, error.reason, now)
                return
        job.missed += 1
        self._followups.add(job, now.steady + max(asked_s, share * self._backoff.longest_s(job.missed)))

    def _undone(self, job: Job, error: VendorError, share: float, now: Now) -> None:
        """The job has failed for this person: to be done anew, unless that is pointless or too late."""
        job.waited_s = inf  # quick tries are for calls that come back at once
        decision = decide(error, job, self._backoff, share, now.wall)
        if isinstance(decision, Fail):
            self._fail(job, error, decision.reason, now)
            return
        wait_s = decision.after_s if isinstance(decision, Park) else 0.0
        self._followups.drop(job.delivery.delivery_id)
        job.follows, job.job_id, job.limit_at, job.waited_s = None, None, None, 0.0
        job.reason, job.next_at = error.reason, now.wall + round(wait_s * SECOND)
        self._course.put_off(self._lines.of(job.pid), job, wait_s, now)
        self._lines.place(job.pid)

    def _reopen(self, job: Job, error: VendorError, now: Now) -> None:
        """The vendor still has the person: a new cycle, up to a limit."""
        self._followups.drop(job.delivery.delivery_id)
        again = job.anew(STILL_THERE, now.wall, job.reopened + 1)
        self._book.reopen(again, STILL_THERE, now.wall)
        if again.reopened > MOST_REOPENED:
            self._book.fail(again, error, STILL_THERE, now.wall)
            return
        self._course.resend(self._lines.of(job.pid), again, now)
        self._lines.place(job.pid)

    def _fail(self, job: Job, error: VendorError, reason: str, now: Now) -> None:
        self._followups.drop(job.delivery.delivery_id)
        self._book.fail(job, error, reason, now.wall)
