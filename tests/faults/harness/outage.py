"""A vendor that is down for hours of a clock that nobody waits for: the lane's core and breaker, driven by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from delivering_support import DOWN, GOOD, Driven, delivery

from schemas.records import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.delivering.job import Call
    from schemas.records import AuditRecord, Delivery

QUICK_S, MINUTE_S = (1.0, 2.0, 4.0, 8.0), 60.0
LONGEST_CALL_S = 1.0
FINAL = {"executed", "superseded", "failed"}


def ceiling_s(attempt: int, longest_s: float) -> float:
    """What docs/delivery.md says of the wait after so many tries."""
    if attempt <= len(QUICK_S):
        return QUICK_S[attempt - 1]
    return float(min(longest_s, MINUTE_S * 2 ** min(attempt - len(QUICK_S) - 1, 32)))


class Drawn(Random):
    """Remembers its last draw."""

    last = 0.0

    def random(self) -> float:
        self.last = super().random()
        return self.last


@dataclass
class Seen:
    """began: of each call, s. open_s: so long the breaker was open. tries: by delivery_id, when each began, s.

    hasty: tries that began before the wait was over that was drawn after the one before.
    """

    began: list[float] = field(default_factory=list)
    open_s: float = 0.0
    tries: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    hasty: list[str] = field(default_factory=list)


class Outage(Driven):
    """down: whether calls get a 503. Calls take up to a second; what arrives waits in the log until there is room."""

    def __init__(self, seed: int, longest_s: float, **more: Any) -> None:
        self.seen = Seen()
        self.down = True
        self._longest_s = longest_s
        self._rng = Random(f"outage {seed}")
        self._numbers = count()
        self._to_come: list[Delivery] = []
        self._air: list[tuple[float, int, Call]] = []
        self._not_before: dict[str, float] = {}
        super().__init__(random=Drawn(seed), ceiling_s=longest_s, **more)

    def publish(self, people: int, each: int) -> None:
        """So many instructions for each of so many people who are new."""
        first = len(self._to_come) + len(self.log)
        pids = [f"p1.{first}-{number}" for number in range(people) for _ in range(each)]
        self._rng.shuffle(pids)
        for number, pid in enumerate(pids, first):
            self._to_come.append(
                delivery(number, self._rng.choice(ACTIONS[:3]), pid, received_at=self.now.wall, due_at=self.due_at)
            )

    @property
    def due_at(self) -> int:
        return self.now.wall + 30 * 86_400 * 1_000_000

    def run(self, until_s: float) -> None:
        """Let time pass."""
        while self.seconds < until_s:
            self._read_on()
            self.commit()  # people whose first instructions were overtaken may go on
            for call in self.start():
                self._begun(call)
            self._pass_time(until_s)
            while self._air and self._air[0][0] <= self.seconds:
                self._end(heappop(self._air)[2])

    def endings(self) -> dict[str, list[AuditRecord]]:
        """Final outcomes by delivery_id, of all that was published."""
        found: dict[str, list[AuditRecord]] = {one.delivery_id: [] for one in (*self.log, *self._to_come)}
        for record in self.audit:
            if record.kind == "outcome" and record.outcome in FINAL:
                found[record.delivery_id or ""].append(record)
        return found

    def _read_on(self) -> None:
        while self._to_come and self.core.has_room:
            self.arrive(self._to_come.pop(0))

    def _begun(self, call: Call) -> None:
        self.seen.began.append(self.seconds)
        for job in call.jobs:
            who = job.delivery.delivery_id
            self.seen.tries[who].append(self.seconds)
            if self.seconds < self._not_before.get(who, 0.0) - 1e-3:
                self.seen.hasty.append(f"try {job.attempt + 1} at {self.seconds:.0f} s")
        heappush(self._air, (self.seconds + self._rng.uniform(0.05, LONGEST_CALL_S), next(self._numbers), call))

    def _pass_time(self, until_s: float) -> None:
        at = min(self._moments(), default=until_s)
        assert at > self.seconds, "a busy loop"
        if self.breaker.state(self.seconds) == "open":
            self.seen.open_s += min(at, until_s) - self.seconds
        self.seconds = min(at, until_s)

    def _moments(self) -> Iterator[float]:
        if self._air:
            yield self._air[0][0]
        if (wakes_at := self.core.wakes_at(self.now)) is not None:
            yield wakes_at

    def _end(self, call: Call) -> None:
        if self.answer(call, DOWN if self.down else GOOD):
            assert isinstance(self.random, Drawn)
            for job in call.jobs:
                wait_s = self.random.last * ceiling_s(job.attempt, self._longest_s)
                self._not_before[job.delivery.delivery_id] = self.seconds + wait_s
