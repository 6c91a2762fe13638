"""Deliveries in few words, and a lane core that a test drives by hand."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from plan_support import DAY, NOW, POLICY
from routing_support import SEALS

from processors.delivering.backoff import Backoff
from processors.delivering.breaker import Breaker
from processors.delivering.core import Core
from processors.delivering.holds import LIVE
from processors.delivering.job import Call, Job, Now
from processors.delivering.plans import Limits, Plans
from processors.delivering.ready import Company
from processors.delivering.settle import Change, Letter
from processors.flood import Limits as Flood
from processors.vendors.base import Result
from processors.vendors.later import Later, Schedule, Undone
from schemas.codec import encode
from schemas.errors import BatchRefused, VendorAuthRejected, VendorRefused, VendorUnavailable, VendorUnreachable
from schemas.origin import Origin
from schemas.records import AuditRecord, Command, Delivery, Evidence
from streams import topics

if TYPE_CHECKING:
    from processors.delivering.book import Batch
    from processors.delivering.holds import Rules
    from schemas.errors import VendorError
    from schemas.records import Action, LaneEntry

LANE = "zoho-campaigns"
GOOD = Result("executed", evidence=Evidence(status=200))
DOWN = VendorUnavailable("http_503", status=503)
BUSY = VendorUnavailable("http_429", status=429)
REFUSED = VendorRefused("http_400", status=400)
REJECTED = VendorAuthRejected("http_401", status=401)
UNREACHABLE = VendorUnreachable("unreachable")
ASKS = VendorUnavailable("http_503", status=503, retry_after=90)


def runs(job_id: str = "job-1", wait_s: float | None = None) -> Result:
    """The vendor runs a job."""
    evidence = Evidence(status=202, job_id=job_id)
    return Result("accepted", evidence=evidence, later=Later(job_id, ("ref",), wait_s))


VERIFIED = Result("verified", evidence=Evidence(status=200))
STILL = Undone(VendorRefused("found_again", status=200))
TAKEN = runs()
REHEARSED = Result("dry_run", evidence=Evidence(detail="POST example.com/erase"))
SPOILT = BatchRefused("http_400", status=400)
TASK = Result("manual_task", evidence=GOOD.evidence)
ANSWERS: list[Result | VendorError] = [
    GOOD, GOOD, TAKEN, TAKEN, TASK, DOWN, DOWN, DOWN, BUSY, ASKS, REFUSED, SPOILT, REJECTED, UNREACHABLE,
]  # fmt: skip
"""Whatever a vendor may say; well, more often than not."""
REDRIVE = Command(command_id="c-1", name="again", lane=LANE, args={}, by="ops", reason="mended", at=0)
SAID: list[Result | Undone | VendorError] = [GOOD, TAKEN, Undone(DOWN), Undone(REFUSED), DOWN, REFUSED, UNREACHABLE]
READ: list[Result | Undone | VendorError] = [VERIFIED, STILL, STILL, DOWN, REFUSED, REJECTED]
"""Whatever it may say when it is asked about a job, or about a person."""
REFS = SEALS.people.seal(b'["4711"]', "p1.ana|1")


def delivery(number: int, action: Action = "withdraw", pid: str = "p1.ana", **more: Any) -> Delivery:
    """Delivery `number`: of surveys by e-mail, unless said otherwise; a deletion is of everything."""
    scope = (("surveys",), ("email",)) if action != "delete" else (("surveys", "marketing-campaigns"), ())
    return Delivery(
        **{
            "delivery_id": f"{number:064x}",
            "cycle": 0,
            "event_id": f"event-{number}",
            "pid": pid,
            "controller": "oomnis",
            "lane": LANE,
            "action": action,
            "purposes": scope[0],
            "channels": scope[1],
            "all_purposes": action == "delete",
            "sealed": None,
            "received_at": NOW,
            "due_at": NOW + 30 * DAY,
            "rule": "internal.30d",
            "occurred_at": NOW - 1000 + number,
            "origin": Origin(topic=topics.EVENTS, partition=1, offset=number),
            "policy": POLICY.ref,
            **more,
        }
    )


def deletions(*numbers: int) -> list[Delivery]:
    return [delivery(number, "delete", f"p1.{number}") for number in numbers]


def people(call: Call) -> list[str]:
    return [job.pid for job in call.jobs]


def job(offset: int, action: Action = "withdraw", pid: str = "p1.ana", **more: Any) -> Job:
    one = delivery(offset, action, pid, **more)
    return Job(offset, one, encode(one))


class Half(Random):
    """Always draws the middle."""

    def random(self) -> float:
        return 0.5


class Driven:
    """A core with a clock that the test moves; `told`: (pid, outcome, reason) of what is committed.

    room: so many records may be open, and as many parked. random: draws the middle if it isn't given.
    """

    def __init__(
        self,
        *,
        calls: int = 10,
        batch: int = 1,
        wait_s: float = 0.0,
        breaker: Breaker | None = None,
        flood: Flood | None = None,
        polls: Schedule | None = None,
        read_back: Schedule | None = None,
        rules: Rules = LIVE,
        room: int = 50,
        random: Random | None = None,
        **backoff: Any,
    ) -> None:
        self.rules = rules
        self.random = random or Half()
        self.breaker = breaker or Breaker()
        plans, company = Plans(lambda _: polls, lambda _: read_back), Company(batch, wait_s)
        self.limits = Limits(calls, lambda _: company, open=room, parked=room, flood=flood or Flood(), plans=plans)
        self.backoff = Backoff(**backoff)
        self.seconds = 0.0
        self.told: list[tuple[str, str, str | None]] = []
        self.audit: list[AuditRecord] = []
        self.letters: list[Letter] = []
        self.state: dict[str, LaneEntry] = {}
        self.offset, self.settled = 0, frozenset[int]()
        self.log: list[Delivery] = []
        self.restart()

    @property
    def now(self) -> Now:
        return Now(NOW + round(self.seconds * 1e6), self.seconds)

    def restart(self) -> None:
        """All that isn't committed is forgotten, and a new core begins; the log's rest is read again."""
        self.core = Core(self.limits, self.backoff, self.breaker, self.random, self.rules)
        for key, entry in self.state.items():
            pid, delivery_id = key.split("|")
            self.core.load(pid, delivery_id, entry)
        self.core.begin(self.offset, self.settled, self.now)
        for offset in range(self.offset, len(self.log)):
            self._read(offset)

    def arrive(self, *deliveries: Delivery) -> None:
        """The next records of the log."""
        for one in deliveries:
            self.log.append(one)
            self._read(len(self.log) - 1)

    def _read(self, offset: int) -> None:
        if self.core.sees(offset):
            one = self.log[offset]
            self.core.arrive(offset, encode(one), one, self.now)

    def start(self) -> list[Call]:
        return self.core.start(self.now)

    def answer(self, call: Call, answer: Result | Undone | VendorError) -> int:
        """The same answer for everybody in the call."""
        if call.asks:
            self.core.asked(call, {one.delivery.delivery_id: answer for one in call.jobs}, self.now)
            return 0
        assert not isinstance(answer, Undone)
        return self.core.answered(call, {one.delivery.delivery_id: answer for one in call.jobs}, self.now)

    def commit(self) -> Batch:
        batch = self.core.collect()
        for record in batch.records:
            if isinstance(record, Letter):
                self.letters.append(record)
            elif isinstance(record, Change):
                key = f"{record.delivery.pid}|{record.delivery.delivery_id}"
                self.state.pop(key, None)
                if record.entry:
                    self.state[key] = record.entry
            else:
                self.audit.append(record)
                if record.kind == "outcome":
                    self.told.append((record.pid or "", record.outcome or "", record.reason))
        self.offset, self.settled = batch.offset, batch.settled
        self.core.committed(batch)
        return batch

    def round(self, answer: Result | Undone | VendorError) -> list[int]:
        """Make all calls that may be made, with this answer, and commit; the offsets in the order of their calls."""
        calls = self.start()
        for call in calls:
            self.answer(call, answer)
        self.commit()
        return [one.offset for call in calls for one in call.jobs]

    def sleep(self) -> bool:
        """Until the core wants to be looked at again; False: it waits for nothing."""
        at = self.core.wakes_at(self.now)
        if at is None:
            return False
        assert at > self.seconds, "a busy loop"
        self.seconds = at
        return True

    def until_parked(self, *, others: int = 0) -> None:
        """Let tries fail until the first delivery is parked. `others`: how many more are then."""
        while not self.entries("parked"):
            self.round(DOWN)
            if not self.entries("parked"):
                assert self.sleep()
        assert len(self.entries("parked")) == 1 + others

    def entries(self, status: str) -> list[LaneEntry]:
        return [entry for entry in self.state.values() if entry.status == status]


SOON = Schedule(10.0, 2.0, 60.0, 3600.0)


def running(*, polls: Schedule = SOON, batch: int = 1, people: int = 1) -> Driven:
    """The vendor has taken everybody's deletion."""
    lane = Driven(polls=polls, batch=batch)
    lane.arrive(*(delivery(number, "delete", f"p1.{number}") for number in range(people)))
    for call in lane.start():
        for one in call.jobs:
            lane.core.noted(one, REFS, lane.now)
        lane.answer(call, runs())
    lane.commit()
    lane.told.clear()
    return lane
