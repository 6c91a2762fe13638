"""Decisions as they are written down: the audit, the lane state as it will be, and how far the partition is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.delivering import settle
from processors.delivering.entries import Entries
from processors.delivering.job import Job
from processors.delivering.overtaking import left_of
from processors.delivering.settle import Change, Letter
from processors.delivering.watermark import Watermark
from processors.switches import APART, Switches
from schemas.records import Evidence

if TYPE_CHECKING:
    from processors.delivering.settle import Record
    from processors.vendors.base import Result
    from schemas.contract import Sealed
    from schemas.errors import VendorError
    from schemas.records import AuditRecord, Command, Delivery, LaneEntry

UNDER_WAY = "job_under_way"
"""Why a delivery is `accepted` and not more yet: the vendor is asked again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction holds. `freed`: a pid for each decision in it, to be told back once it is committed.

    noted: the audit's outcomes of deliveries, for whoever counts them; offset, settled: the bookmark.
    """

    records: tuple[Record, ...]
    noted: tuple[tuple[Delivery, AuditRecord], ...]
    freed: tuple[str, ...]
    offset: int
    settled: frozenset[int]


class Pending:
    """Collects for the next transaction. `moved`: the bookmark moves, even if nothing else is to be written."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.noted: list[tuple[Delivery, AuditRecord]] = []
        self.freed: list[str] = []
        self.moved = False

    def free(self, pid: str) -> None:
        self.freed.append(pid)

    @property
    def decisions(self) -> int:
        return len(self.freed)

    def __bool__(self) -> bool:
        return bool(self.records or self.freed or self.moved)


class Book:
    """`wall` is the moment of a decision, µs."""

    def __init__(self, switches: Switches = APART) -> None:
        self.switches = switches
        self.entries = Entries()
        self.mark = Watermark(0)
        self.pending = Pending()

    def collect(self) -> Batch:
        """Hand everything over, and begin anew."""
        now, self.pending = self.pending, Pending()
        return Batch(
            tuple(now.records), tuple(now.noted), tuple(now.freed), self.mark.offset, frozenset(self.mark.settled)
        )

    def settled(self, offset: int) -> None:
        """The record needs nothing more: what became of it is in the next transaction."""
        self.mark.settle(offset)
        self.pending.moved = True

    def unreadable(self, letter: Letter) -> None:
        self.pending.records.append(letter)
        self.settled(letter.offset)

    def note(self, job: Job, refs: Sealed, wall: int) -> None:
        """An act that can't be repeated is about to be done."""
        job.refs = refs
        tried, job.attempt = job.attempt, job.attempt + 1
        self._tell(job, "attempted", wall)
        self._put(settle.entry(job, "parked" if job.parked else "attempted", wall))
        job.attempt = tried

    def close(self, job: Job, result: Result, wall: int) -> None:
        """The vendor did it, can't do it, has to keep the person for a time, or never knew them."""
        self._tell_shrunk(job, wall)
        self._tell(job, result.outcome, wall, result.reason, result.evidence, review_at=result.review_at)
        if (kept := job.stays(result)) is not None:
            self._put(settle.entry(job, kept, wall))
        else:
            self._drop(job)
        self._leave(job)
        self._overtake_failed(job)

    def heard(self, job: Job) -> None:
        """Nothing is to be sent: its vendor knows it."""
        self._leave(job)
        self._overtake_failed(job)

    def fail(self, job: Job, error: VendorError, reason: str, wall: int) -> None:
        """Dead letter and `failed`; it stays in the lane state so that it can be sent again."""
        job.reason = reason
        self._tell_shrunk(job, wall)
        self._tell(job, "failed", wall, reason, settle.evidence_of(error))
        self.pending.records.append(Letter(job.offset, job.record, reason, wall, job.delivery.protective, job.pid))
        self._put(settle.entry(job, "failed", wall))
        self._leave(job)

    def park(self, job: Job, wall: int, evidence: Evidence | None = None) -> None:
        """It is tried later, or somebody must let it go: its record is settled, and the lane state keeps it."""
        self._tell_shrunk(job, wall)
        self._tell(job, job.status, wall, job.reason, evidence)
        self._put(settle.entry(job, job.status, wall))
        self._leave(job)
        job.parked = True

    def accept(self, job: Job, result: Result, wall: int) -> None:
        """The vendor has taken it and runs a job: the lane state keeps it until that is done."""
        self._tell_shrunk(job, wall)
        self._tell(job, "accepted", wall, result.reason or UNDER_WAY, result.evidence, counts=False)
        self.keep_asked(job, wall)
        self._leave(job)
        job.parked, job.value = True, None
        self._overtake_failed(job)

    def keep_asked(self, job: Job, wall: int) -> None:
        """What the vendor is to be asked about it, and when."""
        self._put(settle.entry(job, "accepted" if job.follows == "job" else "verifying", wall))

    def verify(self, job: Job, result: Result, wall: int) -> None:
        """The vendor was asked, and what was done stands."""
        self._tell(job, result.outcome, wall, result.reason, result.evidence, counts=False)
        self.forget(job)

    def forget(self, job: Job) -> None:
        """Nothing is to be asked about it, or to be sent, any more; nothing is told."""
        self._drop(job)

    def reopen(self, job: Job, reason: str, wall: int) -> None:
        """The vendor was asked, and it isn't done after all: it starts a new cycle."""
        self.pending.records.append(settle.reopened(job, reason, wall))

    def begin_again(self, job: Job, command: Command, wall: int) -> None:
        """A failed one starts a new cycle."""
        self.pending.records.append(settle.wanted("cycle", job, command, wall))

    def release(self, job: Job, command: Command, wall: int) -> None:
        """One on hold is to be sent."""
        self.pending.records.append(settle.wanted("released", job, command, wall))
        self.keep_again(job, wall)

    def keep_again(self, job: Job, wall: int) -> None:
        """It is not in the log any more: the lane state keeps it until it is done."""
        self._tell_shrunk(job, wall)
        self._put(settle.entry(job, job.status, wall))

    def keep(self, job: Job, wall: int) -> None:
        """It can go on, or is in the air; the lane state keeps it, as it does those behind it."""
        self.keep_again(job, wall)
        self._leave(job)
        job.parked = True

    def cancel(self, job: Job, command: Command, wall: int) -> None:
        """Somebody wants it never to be sent."""
        self._tell(job, "cancelled", wall, command.reason, command=command)
        self._drop(job)
        self._leave(job)

    def supersede(self, job: Job, newer: Delivery, wall: int, reason: str = "overtaken") -> None:
        """A newer instruction decides all of it anew."""
        self._tell(job, "superseded", wall, reason, Evidence(detail=f"by_event={newer.event_id}"))
        self._drop(job)
        self._leave(job)

    def shrink(self, job: Job, left: Delivery, wall: int) -> None:
        """A newer instruction decides a part of it anew."""
        job.delivery = left
        if job.parked:
            self._tell_shrunk(job, wall)
            self._put(settle.entry(job, job.status, wall))

    def change(self, entry: LaneEntry, left: Delivery, wall: int) -> None:
        """A newer instruction decides a part of an open task anew, or what is kept has more time."""
        job = Job.parked_as(entry)
        job.delivery = left
        self._tell_shrunk(job, wall)
        self._put(Change(left, entry.changed(delivery=left)))

    def finish(self, job: Job, evidence: Evidence, command: Command, wall: int) -> None:
        """Somebody has done a task by hand."""
        self._write(job, settle.done(job, evidence, command, wall))
        self._drop(job)

    def _overtake_failed(self, newer: Job) -> None:
        """Take a settled instruction's scope out of what failed and came in before for the same person."""
        for entry in self.entries.of(newer.pid, "failed"):
            old = entry.delivery
            left = left_of(old, newer.delivery, self.switches) if (entry.offset or 0) < newer.offset else old
            if left is not old:
                self._put(Change(old, entry.changed(delivery=left) if left else None))

    def _leave(self, job: Job) -> None:
        """A parked one's record is settled already."""
        if not job.parked:
            self.settled(job.offset)

    def _tell(
        self,
        job: Job,
        word: str,
        wall: int,
        reason: str | None = None,
        evidence: Evidence | None = None,
        *,
        command: Command | None = None,
        review_at: int | None = None,
        counts: bool = True,
    ) -> None:
        said = settle.outcome(job, word, wall, reason, evidence, command=command, review_at=review_at)
        self._write(job, said, counts=counts)

    def _write(self, job: Job, audit: AuditRecord, *, counts: bool = True) -> None:
        self.pending.records.append(audit)
        if counts:
            self.pending.noted.append((job.delivery, audit))

    def _tell_shrunk(self, job: Job, wall: int) -> None:
        if job.told != job.delivery.overtaken:
            job.told = job.delivery.overtaken
            self.pending.records.append(settle.shrunk(job, wall))

    def _drop(self, job: Job) -> None:
        if self.entries.find(job.delivery):
            self._put(Change(job.delivery, None))

    def _put(self, change: Change) -> None:
        if not self.entries.has_later_cycle(change.delivery):
            self.entries.put(change.delivery.pid, change.delivery.delivery_id, change.entry)
            self.pending.records.append(change)
