"""From an instruction to a question: what the vendor runs a job for, and what is to be read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.followups import Followups
from processors.delivering.job import FOLLOWS, RETAINED, Job
from processors.delivering.known import is_crossed
from processors.delivering.overtaking import left_of_job, left_to_verify
from processors.delivering.plans import USUAL
from processors.delivering.reviews import Reviews
from schemas.times import SECOND

if TYPE_CHECKING:
    from processors.delivering.book import Book
    from processors.delivering.course import Course
    from processors.delivering.job import Now
    from processors.delivering.lines import Line, Lines
    from processors.delivering.plans import Limits
    from processors.vendors.base import Result
    from processors.vendors.later import Later
    from schemas.records import Delivery


class Following:
    """`skipped`: how many weren't kept to be read back because there was no room; reviews: of what is retained."""

    def __init__(self, limits: Limits, lines: Lines, book: Book, course: Course) -> None:
        self.reviews = Reviews(lines, book, course, limits.parked)
        self._plans = limits.plans
        self._most = limits.verifying
        self._lines = lines
        self._book = book
        self.followups = Followups()
        self.skipped = 0

    def begin(self, now: Now) -> None:
        """Go on with what the lane state keeps."""
        for status in FOLLOWS:
            for entry in self._book.entries.every(status):
                next_at = now.planned(entry.next_at or now.wall, entry.since)
                self.followups.add(Job.parked_as(entry), now.until(next_at))
        self.reviews.begin()

    def ended(self, job: Job, result: Result, now: Now) -> None:
        """An instruction is closed, or the vendor runs a job for it. Afterwards its line is to be placed."""
        if result.outcome == "dry_run":
            return
        if job.action == "delete":  # it may have been on hold until now
            self.arrived(job, now)
        if result.later is not None:
            self._took(job, result, result.later, now)
        elif result.outcome in {"accepted", "executed"}:
            self._plan_reading_back(job, now)
        elif result.outcome == RETAINED:
            self.reviews.add(job)
        self._shrink_jobs(job, now)

    def ask_again(self, job: Job, later: Later, now: Now) -> None:
        """Its job runs; when to ask next."""
        plan = self._plans.polls(job.action) or USUAL
        wait_s = plan.wait_s(job.asked) if later.wait_s is None else later.wait_s
        job.next_at = now.wall + round(wait_s * SECOND)
        self.followups.add(job, now.steady + wait_s)

    def arrived(self, newer: Job, now: Now) -> None:
        """A person's newer instruction: what it decides anew needs no reading back, once it can't be cancelled."""
        for job in [] if newer.hold else self._of(newer.pid, "verifying"):
            left = left_to_verify(job.delivery, newer.delivery)
            if left is None:
                self.forget(job)
            elif left is not job.delivery:
                job.delivery = left
                self._book.keep_asked(job, now.wall)

    def is_crossed(self, line: Line, told: Job) -> bool:
        """Whether something in its line, or that the vendor runs a job for, or that failed when it was sent anew."""
        failed = (Job.parked_as(one) for one in self._book.entries.of(told.pid, "failed") if one.delivery.cycle)
        return is_crossed(told, (*line.jobs, *self._of(told.pid, "accepted"), *failed), self._book.switches)

    def take_skipped(self) -> int:
        """How many weren't kept since this was asked."""
        skipped, self.skipped = self.skipped, 0
        return skipped

    def forget(self, job: Job) -> None:
        """Nothing is to be asked about it any more."""
        self.followups.drop(job.delivery.delivery_id)
        self._book.forget(job)

    def _took(self, job: Job, result: Result, later: Later, now: Now) -> None:
        plan = self._plans.polls(job.action) or USUAL
        job.follows, job.job_id, job.asked, job.missed = "job", later.job_id, 0, 0
        job.limit_at = now.wall + round(plan.limit_s * SECOND)
        self.ask_again(job, later, now)
        self._book.accept(job, result, now.wall)

    def _plan_reading_back(self, job: Job, now: Now) -> None:
        plan = self._plans.read_back(job.action)
        left = self._left_to_verify(job) if plan else None
        if plan is None or left is None:
            return
        if self._book.entries.statuses["verifying"] >= self._most:
            self.skipped += 1
            return
        job.follows, job.job_id, job.asked, job.missed, job.reason = "person", None, 0, 0, None
        job.delivery, job.value, job.parked = left, None, True
        job.next_at = now.wall + round(plan.first_s * SECOND)
        job.limit_at = now.wall + round(plan.limit_s * SECOND)
        self._book.keep_asked(job, now.wall)
        self.followups.add(job, now.steady + plan.first_s)

    def _shrink_jobs(self, newer: Job, now: Now) -> None:
        """What a settled instruction decides anew is taken out of older jobs that the vendor still runs."""
        for job in self._of(newer.pid, "accepted"):
            left = left_of_job(job, newer) if job.offset < newer.offset else job.delivery
            if left is None:
                self._book.supersede(job, newer.delivery, now.wall)
                self.followups.drop(job.delivery.delivery_id)
            elif left is not job.delivery:
                job.delivery = left
                self._book.keep_asked(job, now.wall)

    def _of(self, pid: str, status: str) -> list[Job]:
        if not self.followups:
            return []
        found = (self.followups.find(entry.delivery.delivery_id) for entry in self._book.entries.of(pid, status))
        return [job for job in found if job is not None]

    def _left_to_verify(self, job: Job) -> Delivery | None:
        """As when newer ones come in: what may be cancelled yet decides nothing anew."""
        left: Delivery | None = job.delivery
        for other in self._lines.of(job.pid).jobs:
            if left and other.offset > job.offset and not other.hold:
                left = left_to_verify(left, other.delivery)
        return left
