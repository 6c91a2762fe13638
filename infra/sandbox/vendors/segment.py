"""Twilio Segment, Public API, host api.segmentapis.com.

- Paths, bodies, kinds of regulation, states, 600 calls a minute, the shape of errors: [S]
  segmentio/public-api-sdk-python 35b3d8b, docs/DeletionAndSuppressionApi.md and models.
- 5000 ids in a call; suppressing and deleting go by userId, whoever it is; FAILED because of a destination that
  supports no deletion: [S] segmentio/segment-docs 747b35d. That such a one is told as NOT_SUPPORTED: [U].
- Words of errors: [U]. A regulation is done after `jobs.takes_s`; until then RUNNING.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.later import Later
from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_EFFECTS = {
    "UNSUPPRESS": "grant",
    "SUPPRESS_ONLY": "withdraw",
    "DELETE_ONLY": "delete",
    "DELETE_INTERNAL": "delete",
    "SUPPRESS_WITH_DELETE": "delete",
    "SUPPRESS_WITH_DELETE_INTERNAL": "delete",
}
_FORWARDED = {"DELETE_ONLY", "SUPPRESS_WITH_DELETE"}
_MOST_IDS = 5000


class Segment(Vendor):
    name: ClassVar[str] = "segment"
    auth: ClassVar[str] = "bearer"
    forms: ClassVar[Mapping[str, str]] = {"token": "sgp_{}"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._users: set[str] = set()
        self._suppressed: set[str] = set()
        self._regulations: dict[str, dict[str, Any]] = {}
        self._numbers = count(1)
        self.jobs = Later(world.clock)
        self.destinations: dict[str, str] = {"Amplitude": "FINISHED"}
        """Connected destination → how a deletion ends there."""

    def operations(self) -> Iterable[Operation]:
        few = (Limit(calls=600, window_s=60),)
        yield Operation("create_regulation", "POST", "/regulations", self._create, limits=few)
        yield Operation("get_regulation", "GET", "/regulations/{id}", self._get)
        yield Operation("list_suppressions", "GET", "/suppressions", self._listed)
        yield Operation("get_workspace", "GET", "/", lambda _: _said(workspace={"id": "sandbox", "name": "sandbox"}))

    def error(self, status: int) -> Answer:
        kinds = {401: "unauthorized", 403: "forbidden", 404: "not-found", 422: "validation", 429: "rate-limited"}
        return Answer(status, {"errors": [{"type": kinds.get(status, "unknown"), "message": "sandbox"}]})

    def throttled(self, limit: Limit | None) -> Answer:
        wait = "60" if limit else "1"
        return Answer(429, self.error(429).body, headers={"Retry-After": wait})

    def identities(self, call: Call) -> Sequence[str]:
        given = call.body.get("subjectIds", ()) if isinstance(call.body, dict) else ()
        return tuple(map(str, given))

    def seed(self, person: Person) -> None:
        if person.user_id:
            self._users.add(fold(person.user_id))

    def state(self, person: Person) -> dict[str, Any]:
        self.jobs.settle()
        name = fold(person.user_id or "")
        return {"known": name in self._users, "suppressed": name in self._suppressed}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`forget`: the regulations were made so long ago that nobody is told of them any more."""
        if event != "forget":
            super().happen(event, person, args)
        self._regulations.clear()

    def clear(self) -> None:
        for kept in (self._users, self._suppressed, self._regulations, self.jobs):
            kept.clear()

    def _create(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        kind, ids = body.get("regulationType"), body.get("subjectIds")
        good = isinstance(ids, list) and 0 < len(ids) <= _MOST_IDS and all(isinstance(one, str) for one in ids)
        if kind not in _EFFECTS or body.get("subjectType") != "USER_ID" or not good:
            return self.error(422)
        number = f"regulation{next(self._numbers)}"
        self._regulations[number] = {"kind": kind, "done": False}
        self.jobs.put(lambda: self._carry_out(call, number, kind, [fold(one) for one in ids]))  # type: ignore[union-attr]
        return _said(regulateId=number)

    def _carry_out(self, call: Call, number: str, kind: str, names: Sequence[str]) -> None:
        before = (set(self._users), set(self._suppressed))
        if "DELETE" in kind:
            self._users -= set(names)
        if kind.startswith("SUPPRESS"):
            self._suppressed |= set(names)
        elif kind == "UNSUPPRESS":
            self._suppressed -= set(names)
        self._regulations.get(number, {})["done"] = True
        changed = before != (self._users, self._suppressed)
        self.record(call, _EFFECTS[kind], names, changed=changed, regulation=kind)

    def _get(self, call: Call) -> Answer:
        self.jobs.settle()
        found = self._regulations.get(call.path["id"])
        if found is None:
            return self.error(404)
        states = dict(self.destinations) if found["done"] and found["kind"] in _FORWARDED else {}
        said = [
            {"name": name, "id": name.lower(), "status": state, "errString": "", "finishedAt": "2026-01-01T00:00:00Z"}
            for name, state in states.items()
        ]
        ended = "FINISHED" if set(states.values()) <= {"FINISHED"} else "FAILED"
        regulation = {
            "id": call.path["id"],
            "workspaceId": "sandbox",
            "overallStatus": ended if found["done"] else "RUNNING",
            "createdAt": "2026-01-01T00:00:00Z",
            "streamStatus": [{"id": "source", "destinationStatus": said}],
        }
        return _said(regulation=regulation)

    def _listed(self, call: Call) -> Answer:
        self.jobs.settle()
        size = min(call.number("pagination.count", 10), 1000)
        start = int(call.params.get("pagination.cursor", "0"))
        names = sorted(self._suppressed)
        pages = {"current": str(start)} | ({"next": str(start + size)} if len(names) > start + size else {})
        some = [{"subjectType": "USER_ID", "subjectIds": [name]} for name in names[start : start + size]]
        return _said(suppressed=some, pagination=pages)


def _said(**data: Any) -> Answer:
    return Answer(200, {"data": data})
