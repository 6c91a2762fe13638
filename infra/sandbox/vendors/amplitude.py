"""Amplitude, User Privacy API, host amplitude.com.

- Paths, fields, states, `ignore_invalid_id`, 100 ids in a call, 1 call a second: [S] amplitude/amplitude-docs
  6e7e48e, content/collections/api/en/user-privacy.md; a job's first request decides its day, 10 to 13 days later: [S]
  amplitude/amplitude-dev-center 1734ac8, docs/analytics/apis/user-privacy-api.md.
- A deletion is answered with one job; `invalid_ids` are bare ids; words of errors: [U].
- A job is submitted 3 days before its day; it is done on its day (how long it runs, with the backups: [U]).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_MOST_IDS = 100
_SCHEDULED, _EDITABLE = timedelta(days=12), timedelta(days=3)


@dataclass(slots=True)
class _Job:
    day: date
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    is_done: bool = False

    def status(self, today: date) -> str:
        if self.is_done:
            return "done"
        return "submitted" if today > self.day - _EDITABLE else "staging"


class Amplitude(Vendor):
    name: ClassVar[str] = "amplitude"
    auth: ClassVar[str] = "basic"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._users: dict[str, int] = {}
        self._jobs: list[_Job] = []
        self._numbers = count(356896327775)

    def operations(self) -> Iterable[Operation]:
        place = "/api/2/deletions/users"
        few = (Limit(calls=1, window_s=1, together=True),)
        yield Operation("delete_users", "POST", place, self._delete, limits=few)
        yield Operation("get_jobs", "GET", place, self._listed, limits=few)
        yield Operation("leave_job", "DELETE", f"{place}/{{id}}/{{day}}", self._leave, limits=few)

    def error(self, status: int) -> Answer:
        return Answer(status, {"error": {"http_code": status, "type": "error", "message": "sandbox"}})

    def identities(self, call: Call) -> Sequence[str]:
        body = call.body if isinstance(call.body, dict) else {}
        return tuple(map(str, body.get("user_ids", ())))

    def seed(self, person: Person) -> None:
        if person.user_id:
            self._users[fold(person.user_id)] = next(self._numbers)

    def state(self, person: Person) -> dict[str, Any]:
        self._run()
        return {"known": fold(person.user_id or "") in self._users}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`leave`: an admin takes the person out of the jobs that can still be changed."""
        if event != "leave":
            super().happen(event, person, args)
        for job in self._jobs:
            job.users.pop(self._users[fold(person.user_id or "")], None)

    def clear(self) -> None:
        self._users.clear()
        self._jobs.clear()

    def _delete(self, call: Call) -> Answer:
        self._run()
        body = call.body if isinstance(call.body, dict) else {}
        users, numbers = body.get("user_ids", []), body.get("amplitude_ids", [])
        if not 0 < len(users) + len(numbers) <= _MOST_IDS:
            return self.error(400)
        named = {self._users[fold(str(one))]: str(one) for one in users if fold(str(one)) in self._users}
        named |= {number: user for user, number in self._users.items() if number in numbers}
        invalid = [one for one in users if fold(str(one)) not in self._users]
        invalid += [one for one in numbers if one not in named]
        if invalid and str(body.get("ignore_invalid_id", "")).lower() != "true":
            return self.error(400)
        job = self._open_job() if named else _Job(self._today())
        for number, user in named.items():
            asked = {"requester": body.get("requester"), "requested_on_day": str(self._today()), "by": call}
            changed = job.users.setdefault(number, {"amplitude_id": number, "user": user, **asked})["by"] is call
            self.record(call, "schedule", (user,), changed=changed)
        mapped = str(body.get("include_mapped_user_ids", "")).lower() == "true"
        entries = [_shown(job.users[number], user if mapped else None) for number, user in named.items()]
        said = {"day": str(job.day), "status": "staging", "amplitude_ids": entries}
        return Answer(200, said | ({"invalid_ids": invalid} if invalid else {}))

    def _listed(self, call: Call) -> Answer:
        self._run()
        try:
            start, end = (date.fromisoformat(call.params.get(key, "")) for key in ("start_day", "end_day"))
        except ValueError:
            return self.error(400)
        if end - start > timedelta(days=184):
            return self.error(400)
        return Answer(200, [self._told(job) for job in self._jobs if start <= job.day <= end])

    def _leave(self, call: Call) -> Answer:
        self._run()
        for job in self._jobs:
            if str(job.day) == call.path["day"] and job.status(self._today()) == "staging":
                entry = job.users.pop(int(call.path["id"]), None)
                if entry:
                    return Answer(200, _shown(entry))
        return self.error(400)

    def _told(self, job: _Job) -> dict[str, Any]:
        entries = [_shown(entry) for entry in job.users.values()]
        return {"day": str(job.day), "status": job.status(self._today()), "amplitude_ids": entries}

    def _open_job(self) -> _Job:
        for job in self._jobs:
            if job.status(self._today()) == "staging":
                return job
        self._jobs.append(_Job(self._today() + _SCHEDULED))
        return self._jobs[-1]

    def _run(self) -> None:
        for job in self._jobs:
            if not job.is_done and self._today() >= job.day:
                job.is_done = True
                for entry in job.users.values():
                    gone = self._users.pop(fold(entry["user"]), None)
                    self.record(entry["by"], "delete", (entry["user"],), changed=gone is not None)

    def _today(self) -> date:
        return datetime.fromtimestamp(self.world.clock(), UTC).date()


def _shown(entry: Mapping[str, Any], user: str | None = None) -> dict[str, Any]:
    told = {key: entry[key] for key in ("amplitude_id", "requester", "requested_on_day")}
    return told | ({"user_id": user} if user else {})
