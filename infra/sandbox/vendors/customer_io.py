"""Customer.io, Track API v1, host track.customer.io; OpenAPI 3.1 (api-evangelist/customer-io b501ffb, 1.0.0).

- Paths, `unsubscribed`, `_update`, an empty object as the answer whoever is meant, suppression by both identifiers,
  and that a suppressed identifier is ignored: [S].
- Words of a 401: [U]; of other errors `meta.errors`: [S]. 100 calls a second: [T] (apis.io).

The workspace knows people by e-mail address or id; the id is the person's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.sandbox.world import World

_USUAL = (Limit(calls=100, window_s=1, together=True),)


@dataclass(slots=True)
class _Profile:
    names: frozenset[str]
    unsubscribed: bool = False


class CustomerIo(Vendor):
    name: ClassVar[str] = "customer_io"
    auth: ClassVar[str] = "basic"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._profiles: list[_Profile] = []
        self._suppressed: set[str] = set()

    def operations(self) -> Iterable[Operation]:
        one = "/api/v1/customers/{identifier}"
        yield Operation("identify", "PUT", one, self._identify, limits=_USUAL)
        yield Operation("delete", "DELETE", one, self._delete, limits=_USUAL)
        yield Operation("suppress", "POST", f"{one}/suppress", self._suppress, limits=_USUAL)
        yield Operation("unsuppress", "POST", f"{one}/unsuppress", self._unsuppress, limits=_USUAL)
        yield Operation("region", "GET", "/api/v1/accounts/region", self._region, limits=_USUAL)

    def error(self, status: int) -> Answer:
        return Answer(status, {"meta": {"errors": ["unauthorized" if status == 401 else "error"]}})  # noqa: PLR2004

    def identities(self, call: Call) -> Sequence[str]:
        return (call.path["identifier"],) if "identifier" in call.path else ()

    def seed(self, person: Person) -> None:
        names = frozenset({fold(person.email), fold(person.key)})
        if not names & self._suppressed:
            self._profiles.append(_Profile(names))

    def state(self, person: Person) -> dict[str, Any]:
        found = self._find(person.email)
        names = {fold(person.email), fold(person.key)}
        unsubscribed = found.unsubscribed if found else None
        return {
            "known": found is not None,
            "unsubscribed": unsubscribed,
            "suppressed": bool(names & self._suppressed),
        }

    def clear(self) -> None:
        self._profiles.clear()
        self._suppressed.clear()

    def _identify(self, call: Call) -> Answer:
        identifier, body = fold(call.path["identifier"]), call.body
        if not isinstance(body, dict):
            return self.error(400)
        if identifier in self._suppressed:
            return Answer(200, {})
        found = self._find(identifier)
        if found is None and not body.get("_update"):
            found = _Profile(frozenset({identifier}))
            self._profiles.append(found)
        if found is not None and "unsubscribed" in body:
            # "any case of true, 1, or "1""; everything else is false
            wanted = str(body["unsubscribed"]).lower() in {"true", "1"}
            changed, found.unsubscribed = found.unsubscribed != wanted, wanted
            self.record(call, "withdraw" if wanted else "grant", (identifier,), changed=changed)
        return Answer(200, {})

    def _delete(self, call: Call) -> Answer:
        found = self._find(call.path["identifier"])
        if found is not None:
            self._profiles.remove(found)
        self.record(call, "delete", (call.path["identifier"],), changed=found is not None)
        return Answer(200, {})

    def _suppress(self, call: Call) -> Answer:
        identifier = fold(call.path["identifier"])
        found = self._find(identifier)
        names = found.names if found else frozenset({identifier})
        if found is not None:
            self._profiles.remove(found)
        changed = not names <= self._suppressed
        self._suppressed |= names
        self.record(call, "delete", (identifier,), changed=changed)
        return Answer(200, {})

    def _unsuppress(self, call: Call) -> Answer:
        self._suppressed.discard(fold(call.path["identifier"]))
        self.record(call, "grant", (call.path["identifier"],), changed=True)
        return Answer(200, {})

    def _region(self, _: Call) -> Answer:
        return Answer(200, {"url": "https://track.customer.io", "region": "us", "environment_id": 1})

    def _find(self, identifier: str) -> _Profile | None:
        return next((one for one in self._profiles if fold(identifier) in one.names), None)
