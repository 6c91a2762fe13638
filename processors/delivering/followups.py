"""What the vendor is to be asked about later, and when: jobs that it runs, and people who should be gone by now."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from processors.delivering.job import Call

if TYPE_CHECKING:
    from processors.delivering.job import Job


class Followups:
    """Of one lane partition. Times are steady s. A delivery is here from when it is added until it is dropped."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._due: dict[str, float] = {}  # those that aren't asked about right now
        self._of_job: dict[str, dict[str, None]] = defaultdict(dict)  # dicts as sets that keep their order
        self._heap: list[tuple[float, str]] = []

    def add(self, job: Job, at: float) -> None:
        """Ask about it at that moment; instead of whatever was planned for it."""
        key = job.delivery.delivery_id
        if self._jobs.get(key) is not job:
            self.drop(key)
            self._jobs[key] = job
            if job.job_id is not None:
                self._of_job[job.job_id][key] = None
        self._due[key] = at
        heappush(self._heap, (at, key))

    def drop(self, delivery_id: str) -> None:
        job = self._jobs.pop(delivery_id, None)
        self._due.pop(delivery_id, None)
        if job and job.job_id is not None:
            self._of_job[job.job_id].pop(delivery_id, None)
            if not self._of_job[job.job_id]:
                del self._of_job[job.job_id]

    def holds(self, job: Job) -> bool:
        """Whether it is still to be asked about: another instruction may have ended that."""
        return self._jobs.get(job.delivery.delivery_id) is job

    def find(self, delivery_id: str) -> Job | None:
        return self._jobs.get(delivery_id)

    def of_job(self, job_id: str) -> list[Job]:
        """Everybody whom a vendor's job is about."""
        return [self._jobs[key] for key in self._of_job.get(job_id, ())]

    def take(self, now: float) -> Call | None:
        """The next question whose time has come: one about a job is about all of its people."""
        if not self.is_due(now):
            return None
        first = self._jobs[self._heap[0][1]]
        jobs = self.of_job(first.job_id) if first.follows == "job" and first.job_id is not None else [first]
        jobs = [job for job in jobs if self._due.pop(job.delivery.delivery_id, None) is not None]
        return Call(tuple(jobs), asks=first.follows)

    def is_due(self, now: float) -> bool:
        at = self.wakes_at()
        return at is not None and at <= now

    def wakes_at(self) -> float | None:
        """When the next question's time comes."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def __len__(self) -> int:
        return len(self._jobs)
