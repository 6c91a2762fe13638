"""One partition of a lane as a state machine: deliveries and answers in, calls and records out.

It waits for nothing, calls nobody and writes nowhere: whoever drives it hands in what happened and when, makes the
calls that `start` gives out, writes what `collect` gives out in one transaction, comes back when `wakes_at` says.

A delivery waits in its person's line; is tried; waits a little and is tried again; is parked (its record is settled,
an entry in the lane state keeps it, and those behind it in the line are parked too); and in the end is settled. A
person's next instruction starts only when what became of the one before is committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.asking import Asking
from processors.delivering.book import Batch, Book
from processors.delivering.course import Course
from processors.delivering.extending import Extending
from processors.delivering.failures import Failures
from processors.delivering.following import Following
from processors.delivering.guard import READING, Guard
from processors.delivering.holds import LIVE, Holds, Rules
from processors.delivering.job import SETTLED, Call, Job, Now
from processors.delivering.lines import Lines
from processors.delivering.ready import soonest
from processors.delivering.redrives import Redrives
from processors.delivering.settle import Letter
from processors.delivering.tasks import Finished, finish
from processors.delivering.watermark import Watermark
from processors.vendors.base import Result

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from random import Random

    from processors.delivering.backoff import Backoff
    from processors.delivering.breaker import Breaker
    from processors.delivering.plans import Limits
    from processors.vendors.later import Undone
    from schemas.contract import Sealed
    from schemas.errors import VendorError
    from schemas.records import Command, Delivery, Evidence, LaneEntry


class Core:
    """One object per time that the partition is owned. The breaker is the lane's, the rest its own.

    paused: somebody wants that no call begins; what is in the air ends as always. holds: what keeps deliveries back
    beside failures. reviews: of what vendors had to keep, for whoever drives the core. deadlines: may be put off.
    redrives: of what has failed.
    """

    def __init__(
        self, limits: Limits, backoff: Backoff, breaker: Breaker, random: Random, rules: Rules = LIVE
    ) -> None:
        self._limits = limits
        self._breaker = breaker
        self._random = random
        self._book = Book(rules.switches)
        self._lines = Lines(dry=rules.dry)
        self.guard = Guard(limits.flood)
        self._course = Course(self._lines, self._book, backoff, breaker, self.guard)
        self._failures = Failures(self._book)
        self.holds = Holds(rules, self._lines, self._book.entries, self._course)
        self._following = Following(limits, self._lines, self._book, self._course)
        self.reviews = self._following.reviews
        self.redrives = Redrives(self._lines, self._book, self._course, limits.parked)
        self.deadlines = Extending(self._lines, self._book, self._course, self._following)
        self._asking = Asking(self._following, self._lines, self._book, self._course, backoff)
        self._calls: set[Call] = set()
        self.paused = False

    def load(self, pid: str, delivery_id: str, entry: LaneEntry | None) -> None:
        """A record of the lane state, in the order of its log. Before `begin`."""
        self._book.entries.put(pid, delivery_id, entry)

    def begin(self, offset: int, settled: Iterable[int], now: Now) -> None:
        """From now on the partition is worked, from where the bookmark says; what is parked stands in its lines."""
        self._book.mark = Watermark(offset, settled)
        self._course.begin(now)
        self._following.begin(now)

    # What comes in.

    @property
    def has_room(self) -> bool:
        kept = self._book.entries.kept + self.statuses["accepted"]
        return not self.guard.flood and len(self._book.mark) < self._limits.open and kept < self._limits.parked

    @property
    def statuses(self) -> Mapping[str, int]:
        """How many deliveries the lane state keeps, by status."""
        return self._book.entries.statuses

    @property
    def in_flight(self) -> int:
        """Calls in the air."""
        return len(self._calls)

    def take_skipped(self) -> int:
        """How many deliveries could not be kept to be read back since this was asked."""
        return self._following.take_skipped()

    def sees(self, offset: int) -> bool:
        """A record of the topic. False: an earlier owner has settled it."""
        return self._book.mark.see(offset)

    def skip_to(self, position: int) -> None:
        """The log holds no records between the last one seen and `position`."""
        if not len(self._book.mark):
            self._book.mark.skip_to(position)
            self._book.pending.moved = True

    def unreadable(self, offset: int, value: bytes | None, reason: str, now: Now) -> None:
        """A record that is no delivery."""
        self._book.unreadable(Letter(offset, value, reason, now.wall))
        self.guard.bad(READING, reason)

    def arrive(self, offset: int, value: bytes, delivery: Delivery, now: Now, at: int | None = None) -> None:
        """A delivery's record; after `sees`. `at`: when it was written, µs; None: now."""
        self.guard.good(READING)
        earlier = self._book.entries.find(delivery)
        if earlier and earlier.status in SETTLED and earlier.delivery.cycle == delivery.cycle:
            self._book.settled(offset)  # the same once more
            return
        job = Job(offset, delivery, value)
        if earlier:
            job.attempt, job.refs = earlier.attempt, earlier.refs
        line = self._lines.of(delivery.pid)
        line.jobs.append(job)
        self.holds.admit(line, job, now.wall if at is None else at, now)
        crossed = delivery.told and self._following.is_crossed(line, job)
        self._course.overtake(line, job, now)
        self._following.arrived(job, now)
        if delivery.told:
            self._course.told(line, job, now, crossed=crossed)
        elif line.delays(job):
            self._course.keep(line, now)
        self._lines.place(delivery.pid)

    def finish(self, command: Command, wanted: Collection[str], evidence: Evidence, now: Now) -> Finished:
        """Somebody has done manual tasks, by delivery_id."""
        return finish(self._book, wanted, evidence, command, now.wall)

    # What goes out to the vendor, and what comes back.

    def start(self, now: Now) -> list[Call]:
        """The calls to make now."""
        if self.paused or self.guard.flood:
            return []
        self.holds.wake(now)
        self._failures.forget(now)
        begun = []
        while len(self._calls) < self._limits.calls and self._breaker.allows(now.steady):
            call = self._asking.start(self._limits.calls, now, idle=not self._lines.has_ready) or self._act(now)
            if call is None:
                break
            call.probe = self._breaker.begin()
            self._calls.add(call)
            begun.append(call)
        return begun

    def _act(self, now: Now) -> Call | None:
        jobs = self._lines.probe() if self._breaker.cause else self._lines.take(now.steady, self._limits.company)
        return Call(jobs) if jobs else None

    def could_start(self, now: Now) -> bool:
        """Whether `start` would give a call out now; for whoever watches that it is asked to."""
        self._lines.wake(now)
        free = not (self.paused or self.guard.flood) and len(self._calls) < self._limits.calls
        asks = self._asking.may_start(self._limits.calls, now, idle=not self._lines.has_ready)
        due = asks or self._lines.is_due(now.steady, self._limits.company)
        return free and due and self._breaker.allows(now.steady)

    def wakes_at(self, now: Now) -> float | None:
        """When to `start` again if nothing happens before, steady s; None: not until something does."""
        if self.paused or self.guard.flood:
            return None
        due = self._lines.has_ready or self._asking.is_due(now)
        again = self._breaker.wakes_at(now.steady) if due else None
        lines = self._lines.wakes_at(now.steady, self._limits.company)
        return soonest(lines, self._asking.wakes_at(now), again, self._failures.wakes_at(now))

    def noted(self, job: Job, refs: Sealed, now: Now) -> None:
        """An act that can't be repeated is about to be done: a redo can ask first, once this is committed."""
        self._book.note(job, refs, now.wall)

    def heard(self, job_id: str, answer: Result | Undone | None, now: Now) -> int:
        """The vendor itself told of a job; None: that it is worth asking now. How many people here it is about."""
        return self._asking.heard(job_id, answer, self._random.random(), now)

    def asked(self, call: Call, answers: Mapping[str, Result | Undone | VendorError], now: Now) -> None:
        """What came of a question, by delivery_id."""
        self._calls.discard(call)
        self._breaker.end(call.who, answers.values(), now.steady, probe=call.probe)
        self._asking.answered(call, answers, self._random.random(), now)

    def answered(self, call: Call, answers: Mapping[str, Result | VendorError], now: Now) -> int:
        """What came of a call, by delivery_id. How many of its jobs were put off after a failure."""
        self._calls.discard(call)
        self._breaker.end(call.who, answers.values(), now.steady, probe=call.probe)
        share, put_off = self._random.random(), 0  # one draw: who failed together is tried again together
        for job in call.jobs:
            line = self._lines.of(job.pid)
            line.calling = None
            job.attempt += 1
            answer = answers[job.delivery.delivery_id]
            if isinstance(answer, Result):
                if answer.later is None:
                    self._course.closed(line, job, answer, now)
                else:
                    self._course.done(line, job)
                self._following.ended(job, answer, now)
            else:
                put_off += self._course.failed(line, job, answer, share, now, people=len(call.jobs))
            self._lines.place(job.pid)
        return put_off

    def ended(self, call: Call, now: Now) -> None:
        """Nothing of the call goes on. If it wasn't answered it was broken off, by our own doing: it is due again."""
        if call in self._calls:
            self._calls.discard(call)
            self._breaker.end(call.who, (), now.steady, probe=call.probe)
            if call.asks:
                self._asking.broken_off(call, now)
                return
            for job in call.jobs:
                line = self._lines.of(job.pid)
                line.calling = None
                self._course.came_back(line, job, now)
                self._lines.place(job.pid)

    @property
    def decisions(self) -> int:
        """How many decisions wait for a commit."""
        return self._book.pending.decisions

    @property
    def is_dirty(self) -> bool:
        return bool(self._book.pending)

    def collect(self) -> Batch:
        """Everything for the next transaction."""
        return self._book.collect()

    def committed(self, batch: Batch) -> None:
        """The transaction is through: the people in it may go on."""
        for pid in batch.freed:
            self._lines.of(pid).uncommitted -= 1
            self._lines.place(pid)
