"""The CRM's mass deletions as jobs: one at a time, told in counts. The records go at once, the end comes later."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from infra.sandbox.crm_answers import failure, given_ids, success
from infra.sandbox.vendor import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.sandbox.crm_records import Record, Records
    from infra.sandbox.vendor import Call

_FIRST_ID = 5_725_767_000_000_900_001


@dataclass(slots=True)
class Job:
    """`until`: when it is over, Unix s; of `wanted` records so many are `deleted`."""

    until: float
    wanted: int
    deleted: int


class Jobs:
    """`remove`: puts records into the recycle bin, by the call that wanted it."""

    def __init__(self, records: Records, remove: Callable[[Call, list[Record]], None]) -> None:
        self._records = records
        self._remove = remove
        self._jobs: dict[str, Job] = {}
        self._ids = count(_FIRST_ID)

    def submit(self, call: Call, now: float, takes_s: float) -> Answer:
        if any(job.until > now for job in self._jobs.values()):
            return Answer(400, failure("ALREADY_SCHEDULED", "mass delete is already scheduled"))
        wanted, job_id = given_ids(call), str(next(self._ids))
        found = [self._records.live(call.path["module"], one) for one in wanted]
        free = [record for record in found if record and not record.locked]
        self._jobs[job_id] = Job(now + takes_s, len(wanted), len(free))
        if free:
            self._remove(call, free)
        answer = {**success("", "mass delete scheduled successfully"), "details": {"job_id": job_id}}
        return Answer(200, {"data": [answer]})

    def status(self, call: Call, now: float) -> Answer:
        job = self._jobs.get(call.params.get("job_id", ""))
        if job is None:
            return Answer(404, failure("NOT_FOUND", ""))
        if job.until > now:
            return Answer(200, {"data": [_told("RUNNING", 0, 0, job.wanted)]})
        return Answer(200, {"data": [_told("COMPLETED", job.deleted, job.wanted - job.deleted, job.wanted)]})

    def clear(self) -> None:
        self._jobs.clear()


def _told(status: str, deleted: int, failed: int, total: int) -> dict[str, object]:
    return {"Status": status, "Deleted_Count": deleted, "Failed_Count": failed, "Total_Count": total}
