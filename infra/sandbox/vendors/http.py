"""A system of one's own, as the example in docs/in-house.md calls it. It is made up: no documents stand behind it.

`POST /v1/opt-outs` with {email, purposes, everything}, `DELETE /v1/opt-outs?email=&purposes=` (with commas), and
`DELETE /v1/people/{email}`; 200 {"result": "ok"}, 404 {"result": "unknown_person"}, a bearer token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_ALL = "*"
_UNKNOWN = Answer(404, {"result": "unknown_person"})
_OK = Answer(200, {"result": "ok"})


class Http(Vendor):
    name: ClassVar[str] = "http"
    auth: ClassVar[str] = "bearer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._opted_out: dict[str, set[str]] = {}
        """Folded address of everybody known → purposes."""

    def operations(self) -> Iterable[Operation]:
        yield Operation("opt_out", "POST", "/v1/opt-outs", self._opt_out)
        yield Operation("opt_in", "DELETE", "/v1/opt-outs", self._opt_in)
        yield Operation("delete", "DELETE", "/v1/people/{email}", self._delete)

    def error(self, status: int) -> Answer:
        return Answer(status, {"result": "error", "status": status})

    def identities(self, call: Call) -> Sequence[str]:
        body = call.body if isinstance(call.body, dict) else {}
        email = call.path.get("email") or call.params.get("email") or body.get("email")
        return (str(email),) if email else ()

    def seed(self, person: Person) -> None:
        self._opted_out[fold(person.email)] = set()

    def state(self, person: Person) -> dict[str, Any]:
        held = self._opted_out.get(fold(person.email))
        return {"known": held is not None, "opted_out": sorted(held or ())}

    def clear(self) -> None:
        self._opted_out.clear()

    def _opt_out(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        purposes = body.get("purposes")
        if not isinstance(purposes, list) or not isinstance(body.get("everything"), bool):
            return self.error(400)
        return self._change(call, "withdraw", {_ALL} if body["everything"] else set(purposes))

    def _opt_in(self, call: Call) -> Answer:
        return self._change(call, "grant", set(call.params.get("purposes", "").split(",")))

    def _change(self, call: Call, effect: str, purposes: set[str]) -> Answer:
        whom = self.identities(call)
        held = self._opted_out.get(fold(whom[0])) if whom else None
        if held is None:
            return _UNKNOWN
        after = held | purposes if effect == "withdraw" else held - purposes - {_ALL}
        self.record(call, effect, whom, changed=after != held, purposes=sorted(purposes))
        self._opted_out[fold(whom[0])] = after
        return _OK

    def _delete(self, call: Call) -> Answer:
        whom = self.identities(call)
        if self._opted_out.pop(fold(whom[0]), None) is None:
            return _UNKNOWN
        self.record(call, "delete", whom, changed=True)
        return _OK
