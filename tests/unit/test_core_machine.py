"""The lane core under whatever may happen, in any order, against a model that only looks at what is committed."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from delivering_support import ANSWERS, DOWN, GOOD, REFS, REFUSED, REHEARSED, SPOILT, TAKEN, delivery, runs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from lane_model import Model
from lane_questions import PLANS, Questions
from plan_support import NOW

from processors.delivering.backoff import Backoff
from processors.delivering.breaker import Breaker
from processors.delivering.core import Core
from processors.delivering.holds import Rules
from processors.delivering.job import KEPT
from processors.delivering.plans import Limits
from processors.delivering.ready import Company
from processors.delivering.surge import LEAST, DeletionCount
from schemas.codec import encode

if TYPE_CHECKING:
    from processors.delivering.book import Batch
    from processors.delivering.job import Call
    from processors.vendors.base import Result
    from schemas.errors import VendorError
    from schemas.records import Action
    from schemas.surge import Surge

CALLS, OPEN, PARKED, VERIFYING = 2, 8, 6, 4
LEFT = {"manual_task", "failed"}
PURPOSES = st.sets(st.sampled_from("abcdef"), min_size=1, max_size=2).map(sorted).map(tuple)


class LaneMachine(Questions):
    """One partition, read, worked, killed and taken over; `dead`: the vendor never answers in the whole run.

    jobs: it runs a job for whatever it takes.
    """

    @initialize(
        dead=st.booleans(),
        batch=st.sampled_from([1, 3]),
        wait_s=st.sampled_from([0.0, 0.0, 7.0]),
        budget_s=st.sampled_from([0.0, 0.0, 30.0]),  # without any, what fails is parked at once
        seed=st.integers(0, 99),
        window_s=st.sampled_from([None, 300.0]),
        allowed=st.sampled_from([None, 0.5, 0.5, 1.0]),
        jobs=st.booleans(),
    )
    def begin(
        self,
        *,
        dead: bool,
        batch: int,
        wait_s: float,
        budget_s: float,
        seed: int,
        window_s: float | None,
        allowed: float | None,
        jobs: bool,
    ) -> None:
        self.jobs = jobs
        self.dead, self.seconds, self.random = dead, 0.0, Random(seed)
        self.window_s, self.allowed, self.dry = window_s, allowed, False
        self.counted: Surge | None = None
        self.backoff = Backoff(budget_s)
        self.limits = Limits(CALLS, lambda _: Company(batch, wait_s), OPEN, PARKED, VERIFYING, PLANS)
        self.model = Model()
        self.take_over()

    def take_over(self) -> None:
        """A new process: it has what is committed, and nothing else."""
        rules = Rules(self.window_s, self.dry)
        self.core = Core(self.limits, self.backoff, Breaker(failures=2), self.random, rules)
        if self.allowed:  # deletions in an hour
            self.core.holds.surge = DeletionCount(round(LEAST / self.allowed), self.counted)
        for key, entry in self.model.entries.items():
            pid, delivery_id = key.split("|")
            self.core.load(pid, delivery_id, entry)
        self.core.begin(self.model.offset, self.model.settled, self.now)
        self.position = self.model.offset
        self.model.air = []

    @rule(
        who=st.sampled_from(["p1.ana", "p1.ana", "p1.ben", "p1.eva"]),
        action=st.sampled_from(["grant", "withdraw", "withdraw", "delete"]),
        purposes=PURPOSES,
        late=st.sampled_from([0, 0, 0, 5]),
        names=st.sampled_from([(), (), (b"a",), (b"a", b"b")]),
    )
    def publish(self, who: str, action: Action, late: int, **said: tuple[Any, ...]) -> None:
        number = len(self.model.log)
        when = {"occurred_at": NOW - 1000 + number - late, "received_at": self.now.wall}
        self.model.log.append(delivery(number, action, who, channels=("email",), **when, **said))

    @rule(most=st.integers(1, 6))
    def read(self, most: int) -> None:
        for _ in range(most):
            if self.position < len(self.model.log) and self.core.has_room:
                one = self.model.log[self.position]
                if self.core.sees(self.position):
                    self.core.arrive(self.position, encode(one), one, self.now)
                self.position += 1

    @rule()
    def start(self) -> None:
        for call in self.core.start(self.now):
            if self.dry:
                self._rehearse(call)
            else:
                self.model.begins(call, CALLS, self.now.wall)

    def _rehearse(self, call: Call) -> None:
        """Nobody is called, so in whatever order; nor can anybody be asked."""
        if call.asks:
            self.core.asked(call, dict.fromkeys((job.delivery.delivery_id for job in call.jobs), DOWN), self.now)
            return
        answers = {job.delivery.delivery_id: REHEARSED for job in call.jobs}
        self.core.answered(call, answers, self.now)

    @precondition(lambda self: self.model.air)
    @rule(which=st.integers(0, 99), answer=st.sampled_from(ANSWERS), note=st.booleans())
    def answer(self, which: int, answer: Result | VendorError, *, note: bool) -> None:
        call = self.model.air[which % len(self.model.air)]
        if note:
            self._note(call)
        self._answer(call, DOWN if self.dead else answer)

    def _note(self, call: Call) -> None:
        for job in call.jobs if call.asks is None else ():
            self.core.noted(job, REFS, self.now)

    def _answer(self, call: Call, answer: Result | VendorError) -> None:
        self.model.air.remove(call)
        ids = [job.delivery.delivery_id for job in call.jobs]
        if call.asks:
            self.tell(call, answer)
            return
        if answer is REFUSED or (answer is SPOILT and len(ids) == 1):
            self.model.refused.update(ids)
        if answer is TAKEN or (self.jobs and answer is GOOD):
            answer = runs(f"job-{call.jobs[0].offset}")
        self.core.answered(call, dict.fromkeys(ids, answer), self.now)

    @rule()
    def commit(self) -> None:
        self._commit()

    def _commit(self) -> int:
        """How many decisions were in it."""
        batch = self.core.collect()
        self._through(batch)
        self.core.committed(batch)
        return len(batch.freed)

    def _through(self, batch: Batch) -> None:
        self.model.committed(batch)
        if self.core.holds.surge:
            self.counted = self.core.holds.surge.record()

    @rule(answer=st.sampled_from(ANSWERS), note=st.booleans())
    def turn(self, answer: Result | VendorError, *, note: bool) -> None:
        """A whole turn of a busy lane, up to the moment when something wakes."""
        self.read(OPEN)
        self.sleep()
        self.start()
        for call in list(self.model.air):
            if note:
                self._note(call)
                self._commit()
            self._answer(call, DOWN if self.dead else answer)
        self._commit()

    @rule(committed=st.booleans(), dry=st.sampled_from([None, None, True, False]))
    def die(self, *, committed: bool, dry: bool | None) -> None:
        """In the middle of a transaction, which is through or isn't; what is in the air may be done or not.

        dry: another mode stands in the configuration when it comes back.
        """
        batch = self.core.collect()
        if committed:
            self._through(batch)
        self.dry = self.dry if dry is None else dry
        self.take_over()

    @precondition(lambda self: self.model.air)
    @rule(which=st.integers(0, 99))
    def break_off(self, which: int) -> None:
        """As a pause does with what the vendor has not heard of yet."""
        call = self.model.air.pop(which % len(self.model.air))
        self.core.ended(call, self.now)

    @rule(seconds=st.sampled_from([0.0, 0.5, 5.0, 60.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    @rule()
    def sleep(self) -> None:
        self.start()
        at = self.core.wakes_at(self.now)
        if at is not None:
            assert at > self.seconds, "a busy loop"
            self.seconds = at

    @invariant()
    def it_holds_no_more_than_it_may(self) -> None:
        if hasattr(self, "core"):
            kept = sum(self.core.statuses[status] for status in (*KEPT, "accepted"))
            assert kept <= PARKED + OPEN + VERIFYING
            assert self.core.statuses["verifying"] <= VERIFYING
            assert not (self.dead and self.model.letters), "nobody is dead-lettered because the vendor is down"

    def teardown(self) -> None:
        """The vendor works again: everything ends, by itself."""
        if not hasattr(self, "core"):
            return
        if self.dry:
            self._commit()
            self.dry = False
            self.take_over()
        self.dead = self.core.paused = False
        for _ in range(30 * len(self.model.log) + 30):
            before = self.position
            self.let_go("held")
            self.let_go("dry_run")
            self.read(OPEN)
            self.start()
            calls = list(self.model.air)
            for call in calls:
                self._answer(call, GOOD)
            freed = self._commit()
            if not self.model.unfinished and {entry.status for entry in self.model.entries.values()} <= LEFT:
                break
            if before == self.position and not calls and not freed:  # only time can bring anything about
                at = self.core.wakes_at(self.now)
                assert at is not None, "a lost wake-up"
                self.seconds = max(self.seconds, at)
        assert not self.model.unfinished, "somebody was forgotten"
        assert {entry.status for entry in self.model.entries.values()} <= LEFT
        assert self.model.offset == len(self.model.log)


TestLane = LaneMachine.TestCase
TestLane.settings = settings(max_examples=80, stateful_step_count=40)
