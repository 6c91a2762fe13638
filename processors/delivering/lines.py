"""Who is next: per person first in, first out; many people side by side; what protects goes first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from processors.delivering.ready import Kind, Ready

if TYPE_CHECKING:
    from processors.delivering.job import Job
    from processors.delivering.ready import Companies


@dataclass(slots=True)
class Line:
    """One person's instructions, the next one first.

    calling: the first is in the air; uncommitted: decisions about this person that aren't committed yet; until: when
    the first may be tried, steady s.
    """

    jobs: deque[Job] = field(default_factory=deque)
    calling: bool = False
    uncommitted: int = 0
    until: float | None = None

    @property
    def waits_parked(self) -> bool:
        """The first one is parked and nobody tries it now: it may take long."""
        return bool(self.jobs) and self.jobs[0].parked and not self.calling and self.until is not None

    @property
    def is_ready(self) -> bool:
        return bool(self.jobs) and not self.calling and not self.uncommitted and self.until is None

    @property
    def waiting(self) -> list[Job]:
        """Those that aren't in the air."""
        return list(self.jobs)[1 if self.calling else 0 :]

    def insert(self, job: Job) -> None:
        """Before those that came in after it; behind what is in the air."""
        first = 1 if self.calling else 0
        at = first + sum(other.offset < job.offset for other in self.waiting)
        self.jobs.insert(at, job)
        if at == 0:
            self.until = None

    def put_back(self) -> None:
        """What was in the air isn't done: what came in before it and was sent once more meanwhile goes first."""
        if any(other.offset < self.jobs[0].offset for other in self.jobs):
            self.jobs = deque(sorted(self.jobs, key=lambda job: job.offset))
            self.until = None


class Lines:
    """The lines of one lane partition. After every change of a line it is to be `placed`."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._ready = Ready()
        self._heap: list[tuple[float, str]] = []

    def of(self, pid: str) -> Line:
        return self._lines.setdefault(pid, Line())

    def place(self, pid: str) -> None:
        """Put the person where they belong now; a person without anything is forgotten."""
        line = self._lines[pid]
        if line.is_ready:
            grants_only = not any(job.delivery.protective for job in line.jobs)
            self._ready.put(pid, Kind(grants_only, line.jobs[0].action, line.jobs[0].most))
        else:
            self._ready.drop(pid)
        if not line.jobs and not line.uncommitted:
            del self._lines[pid]

    def wait(self, pid: str, until: float) -> None:
        """The person's first instruction isn't tried before then."""
        self._lines[pid].until = until
        heappush(self._heap, (until, pid))
        self.place(pid)

    def wake(self, now: float) -> None:
        """Those whose time has come are ready."""
        while self._heap and self._heap[0][0] <= now:
            _, pid = heappop(self._heap)
            line = self._lines.get(pid)
            if line and line.until is not None and line.until <= now:
                line.until = None
                self.place(pid)
        self._ready.look(now)

    def wakes_at(self, now: float, companies: Companies) -> float | None:
        """When somebody's time comes next, s; it may turn out that it was put off."""
        times = (self._heap[0][0] if self._heap else None, self._ready.wakes_at(now, companies))
        return min((time for time in times if time is not None), default=None)

    def is_due(self, now: float, companies: Companies) -> bool:
        """Whether `take` would give somebody; after `wake`."""
        return self._ready.is_due(now, companies)

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    def take(self, now: float, companies: Companies) -> tuple[Job, ...]:
        """The next jobs to do in one call, of one action and of different people; none: nobody's turn has come."""
        chosen = self._ready.take(now, companies)
        for pid in chosen:
            self._lines[pid].calling = True
            self.place(pid)
        return tuple(self._lines[pid].jobs[0] for pid in chosen)

    def __len__(self) -> int:
        """How many people have something here."""
        return len(self._lines)
