"""Mixpanel, GDPR API v3.0, host mixpanel.com.

- Paths, `token` of the project, bodies, states, answers: [S] mixpanel/docs ba22906, openapi/gdpr.openapi.yaml and
  reference/gdpr-api.mdx. 1 call a second, 1999 ids in a task: [S], the page.
- A new task is answered as the page's example has it, a list; its id is called tracking_id there: [S].
- Words of errors, 400 for a bad body: [U]. A task is done after `jobs.takes_s`.
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

PROJECT = "591b3354bb2bdd96f72f23bf56911673"
_MOST_IDS = 1999


class Mixpanel(Vendor):
    name: ClassVar[str] = "mixpanel"
    auth: ClassVar[str] = "bearer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._users: set[str] = set()
        self._tasks: dict[str, dict[str, Any]] = {}
        self._numbers = count(1583792934719392965)
        self.jobs = Later(world.clock)

    def operations(self) -> Iterable[Operation]:
        root = "/api/app/data-deletions/v3.0/"
        few = (Limit(calls=1, window_s=1, together=True),)
        yield Operation("create_deletion", "POST", root, self._create, limits=few)
        yield Operation("get_deletion", "GET", f"{root}{{id}}/", self._get, limits=few)
        yield Operation("delete_deletion", "DELETE", f"{root}{{id}}/", self._cancel, limits=few)

    def error(self, status: int) -> Answer:
        return Answer(status, {"status": "error", "error": f"sandbox {status}"})

    def identities(self, call: Call) -> Sequence[str]:
        given = call.body.get("distinct_ids", ()) if isinstance(call.body, dict) else ()
        return tuple(map(str, given))

    def seed(self, person: Person) -> None:
        if person.user_id:
            self._users.add(fold(person.user_id))

    def state(self, person: Person) -> dict[str, Any]:
        self.jobs.settle()
        return {"known": fold(person.user_id or "") in self._users}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`fail`: every task that isn't done fails."""
        if event != "fail":
            super().happen(event, person, args)
        for task in self._tasks.values():
            task["status"] = "FAILURE" if task["status"] == "PENDING" else task["status"]

    def clear(self) -> None:
        for kept in (self._users, self._tasks, self.jobs):
            kept.clear()

    def _create(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        ids = body.get("distinct_ids")
        if call.params.get("token") != PROJECT:
            return self.error(403)
        if not isinstance(ids, list) or not 0 < len(ids) <= _MOST_IDS:
            return self.error(400)
        number = str(next(self._numbers))
        task = {"status": "PENDING", "tracking_id": number, "compliance_type": body.get("compliance_type", "GDPR")}
        self._tasks[number] = {**task, "distinct_ids": ids}
        self.jobs.put(lambda: self._carry_out(call, number, [fold(str(one)) for one in ids]))
        return Answer(201, {"status": "ok", "results": [{**task, "distinct_id_count": len(ids)}]})

    def _carry_out(self, call: Call, number: str, names: Sequence[str]) -> None:
        task = self._tasks.get(number, {})
        if task.get("status") != "PENDING":
            return
        task["status"] = "SUCCESS"
        before = set(self._users)
        self._users -= set(names)
        self.record(call, "delete", names, changed=before != self._users)

    def _get(self, call: Call) -> Answer:
        self.jobs.settle()
        if call.params.get("token") != PROJECT:
            return self.error(403)
        found = self._tasks.get(call.path["id"], {"status": "NOT_FOUND", "distinct_ids": []})
        return Answer(200, {"status": "ok", "results": found})

    def _cancel(self, call: Call) -> Answer:
        self.jobs.settle()
        found = self._tasks.get(call.path["id"], {})
        if found.get("status") != "PENDING":
            return self.error(405)
        found["status"] = "REVOKED"
        return Answer(204)
