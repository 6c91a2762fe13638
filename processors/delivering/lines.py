"""Who is next: per person first in, first out but for holds; many people side by side; what protects goes first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from processors.delivering.overtaking import keeps_back
from processors.delivering.ready import Kind, Ready, soonest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.delivering.job import Job, Now
    from processors.delivering.ready import Companies


@dataclass(slots=True)
class Line:
    """One person's instructions, in the order in which they came in.

    calling: the one in the air; uncommitted: decisions about this person that aren't committed yet; dry: what is
    only rehearsed keeps nobody back.
    """

    jobs: deque[Job] = field(default_factory=deque)
    calling: Job | None = None
    uncommitted: int = 0
    dry: bool = False

    @property
    def next(self) -> Job | None:
        """The first one that no hold keeps back; it may have to wait for its time."""
        if self.jobs and self.jobs[0].hold is None:  # as nearly always
            return self.jobs[0]
        return next(self._free(), None) if self.jobs else None

    @property
    def ready(self) -> Job | None:
        """The one that may be called now."""
        if self.calling is not None or self.uncommitted:
            return None
        job = self.next
        return job if job is not None and job.until is None else None

    @property
    def waiting(self) -> list[Job]:
        """Those that aren't in the air."""
        return [job for job in self.jobs if job is not self.calling]

    def delays(self, job: Job) -> bool:
        """It may take long until all of the line is done: a hold, or one that nobody tries now, keeps some back."""
        if len(self.jobs) == 1:
            return job.hold is not None
        first = self.next
        parked = first is not None and first is not job and first.parked and first.until is not None
        return (parked and self.calling is None) or any(other.hold for other in self.jobs)

    def insert(self, job: Job) -> None:
        """Before those that came in after it."""
        self.jobs.insert(sum(other.offset < job.offset for other in self.jobs), job)

    def find(self, delivery_id: str) -> Job | None:
        return next((job for job in self.waiting if job.delivery.delivery_id == delivery_id), None)

    @property
    def kept_back(self) -> list[Job]:
        """Those that a hold keeps back: on hold themselves, or behind one."""
        free = list(self._free())
        return [job for job in self.jobs if job not in free]

    def _free(self) -> Iterator[Job]:
        """Those that may go before every hold in front of them, and before all that these keep back."""
        kept: list[Job] = []
        for job in self.jobs:
            if self.dry and job.hold == "dry_run":
                continue
            if job.on_hold or any(keeps_back(other, job) for other in kept):
                kept.append(job)
            else:
                yield job


class Lines:
    """The lines of one lane partition. After every change of a line it is to be `placed`.

    over: deletions whose cancel window was found to be over, for whoever looks what that changes.
    """

    def __init__(self, *, dry: bool = False) -> None:
        self.dry = dry
        self._lines: dict[str, Line] = {}
        self._ready = Ready()
        self._heap: list[tuple[float, str]] = []
        self.over: list[Job] = []

    def of(self, pid: str) -> Line:
        if pid not in self._lines:
            self._lines[pid] = Line(dry=self.dry)
        return self._lines[pid]

    def place(self, pid: str) -> None:
        """Put the person where they belong now; a person without anything is forgotten."""
        line = self._lines[pid]
        if job := line.ready:
            grants_only = job.action == "grant" and not any(other.delivery.protective for other in line.jobs)
            again = job.waited_s > 0 and not job.parked
            self._ready.put(pid, Kind(grants_only, job.action, job.most), again=again)
        else:
            self._ready.drop(pid)
        if not line.jobs and not line.uncommitted:
            del self._lines[pid]

    def wait(self, job: Job, until: float) -> None:
        """The job, which stands in its line, isn't tried before then."""
        job.until = until
        heappush(self._heap, (until, job.pid))
        self.place(job.pid)

    def wait_for_wall(self, job: Job, now: Now) -> None:
        """The same until its `next_at`; how far that is, the wall clock is believed for a day at most."""
        self.wait(job, now.until(job.next_at or 0))

    def wake(self, now: Now) -> None:
        """Those whose time has come are ready; a cancel window is over only when the wall clock says so too."""
        while self._heap and self._heap[0][0] <= now.steady:
            _, pid = heappop(self._heap)
            line = self._lines.get(pid)
            for job in line.jobs if line else ():
                if job.until is not None and job.until <= now.steady:
                    job.until = None
                    if job.hold == "waiting" and (job.next_at or 0) > now.wall:
                        self.wait_for_wall(job, now)
                    elif job.hold == "waiting":
                        self.over.append(job)
            if line:
                self.place(pid)
        self._ready.look(now.steady)

    def wakes_at(self, now: float, companies: Companies) -> float | None:
        """When somebody's time comes next, s; it may turn out that it was put off."""
        return soonest(self._heap[0][0] if self._heap else None, self._ready.wakes_at(now, companies))

    def is_due(self, now: float, companies: Companies) -> bool:
        """Whether `take` would give somebody; after `wake`."""
        return self._ready.is_due(now, companies)

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    def take(self, now: float, companies: Companies) -> tuple[Job, ...]:
        """The next jobs to do in one call, of one action and of different people; none: nobody's turn has come."""
        return self._taken(self._ready.take(now, companies))

    def probe(self) -> tuple[Job, ...]:
        """The job to find out with how the vendor is; none: there is nothing to do."""
        return self._taken(self._ready.probe())

    def _taken(self, pids: Iterable[str]) -> tuple[Job, ...]:
        jobs = []
        for line in [self._lines[pid] for pid in pids]:
            if job := line.next:
                line.calling, job.hold = job, None  # a cancel window is over; in the air, the person is ready no more
                jobs.append(job)
        return tuple(jobs)

    def __len__(self) -> int:
        """How many people have something here."""
        return len(self._lines)
