"""Salesforce's REST API, v62.0, with its token endpoint, which has the host login.salesforce.com.

- Token: [D] remoteaccess_oauth_jwt_flow; the answer has `instance_url` and no `expires_in`: [C].
- query, queryAll with what is deleted or merged, `done`, `records`: [D] dome-query, dome-queryall. Comparison without
  regard to case: [D] SOQL field expressions. What else SOQL knows is refused here as MALFORMED_QUERY.
- composite/sobjects: up to 200, 200 with a result for each, in order: [D] collections-update, collections-delete.
- Error array with `errorCode`: [D] errorcodes. INVALID_SESSION_ID with 401, REQUEST_LIMIT_EXCEEDED with 403: [D].
- 15 days in the recycle bin: [D]. ENTITY_IS_DELETED of what is in it, INVALID_CROSS_REFERENCE_KEY of what isn't any
  more: [C] answers quoted in public. CANNOT_UPDATE_CONVERTED_LEAD: [D] help 000384333.
- 100,000 calls in 24 hours: [T].
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.salesforce_records import Record, Records, asked
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_LIMITS = (Limit(calls=100_000, window_s=86_400, together=True),)
_MOST = 200
_ERRORS = {
    400: ("MALFORMED_QUERY", "unexpected token"),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    404: ("NOT_FOUND", "The requested resource does not exist"),
}


class Salesforce(Vendor):
    name: ClassVar[str] = "salesforce"
    auth: ClassVar[str] = "jwt_bearer"
    token_path: ClassVar[str] = "/services/oauth2/token"
    audiences: ClassVar[tuple[str, ...]] = ("https://login.salesforce.com", "https://test.salesforce.com")
    forms: ClassVar[Mapping[str, str]] = {"client_id": "3MVG9{}", "username": "relay-{}@acme.example.test"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._records = Records()

    def operations(self) -> Iterable[Operation]:
        data = "/services/data/v62.0"
        for verb, method, path, handle in (
            ("limits", "GET", "/limits", self._show_limits),
            ("query", "GET", "/query/", self._query),
            ("query_all", "GET", "/queryAll/", self._query),
            ("update", "PATCH", "/composite/sobjects", self._update),
            ("delete", "DELETE", "/composite/sobjects", self._delete),
        ):
            yield Operation(verb, method, f"{data}{path}", handle, limits=_LIMITS)

    def token_given(self, token: str, life_s: float) -> Answer:  # noqa: ARG002 - it doesn't say
        body = {"access_token": token, "scope": "api", "instance_url": f"{self.world.base_url}/{self.name}"}
        return Answer(200, {**body, "token_type": self.scheme})

    def error(self, status: int) -> Answer:
        code, message = _ERRORS.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred"))
        return Answer(status, [{"message": message, "errorCode": code}])

    def throttled(self, limit: Limit | None) -> Answer:  # noqa: ARG002 - there is one
        return self.error(403)

    def lie(self, call: Call) -> Answer:
        ids = _ids(call)
        return Answer(200, [_failed("UNKNOWN_EXCEPTION") for _ in ids]) if ids else super().lie(call)

    def identities(self, call: Call) -> Sequence[str]:
        named = [self._records.kept[one].owner for one in _ids(call) if one in self._records.kept]
        return (*asked(call.params.get("q", "")), *named)

    def seed(self, person: Person) -> None:
        for module in person.crm:
            self._records.add(module.removesuffix("s"), person.email)

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`merge`: into one with another `email`; `convert` its leads; the recycle bin: `restore`, or `empty` it."""
        mine = self._records.of(person.email)
        if event == "merge":
            for one in mine:
                one.master = self._records.add(one.kind, args["email"]).id
                one.deleted_at = self.world.clock()
        elif event == "convert":
            for one in mine:
                one.converted = one.kind == "Lead"
        elif event == "restore":
            for one in mine:
                one.deleted_at = None
        elif event == "empty":
            self._records.purge(math.inf)
        else:
            super().happen(event, person, args)

    def state(self, person: Person) -> dict[str, Any]:
        self._records.purge(self.world.clock())
        mine = self._records.of(person.email)
        return {
            "known": any(one.deleted_at is None for one in mine),
            "records": {one.kind: dict(one.fields) for one in mine if one.deleted_at is None},
            "binned": sorted(one.kind for one in mine if one.deleted_at is not None),
        }

    def clear(self) -> None:
        self._records.kept.clear()

    def _show_limits(self, _: Call) -> Answer:
        return Answer(200, {"DailyApiRequests": {"Max": 100_000, "Remaining": 99_000}})

    def _query(self, call: Call) -> Answer:
        self._records.purge(self.world.clock())
        rows = self._records.query(call.params.get("q", ""), binned=call.verb == "query_all")
        if rows is None:
            return self.error(400)
        return Answer(200, {"totalSize": len(rows), "done": True, "records": rows})

    def _update(self, call: Call) -> Answer:
        records = (call.body or {}).get("records", []) if isinstance(call.body, dict) else []
        if not 0 < len(records) <= _MOST:
            return self.error(400)
        return Answer(200, [self._update_one(call, dict(one)) for one in records])

    def _update_one(self, call: Call, given: dict[str, Any]) -> dict[str, Any]:
        record = self._standing(given.pop("id", ""))
        if isinstance(record, str):
            return _failed(record)
        if given.pop("attributes", {}).get("type") != record.kind:
            return _failed("INVALID_TYPE")
        if record.converted:
            return _failed("CANNOT_UPDATE_CONVERTED_LEAD")
        changed = any(record.fields.get(name) != value for name, value in given.items())
        record.fields |= given
        effect = "mask" if "LastName" in given else "withdraw" if given["HasOptedOutOfEmail"] else "grant"
        self.record(call, effect, (record.owner,), given=(record.id,), changed=changed)
        return {"id": record.id, "success": True, "errors": []}

    def _delete(self, call: Call) -> Answer:
        ids = _ids(call)
        return Answer(200, [self._delete_one(call, one) for one in ids]) if 0 < len(ids) <= _MOST else self.error(400)

    def _delete_one(self, call: Call, number: str) -> dict[str, Any]:
        record = self._standing(number)
        if isinstance(record, str):
            return _failed(record)
        record.deleted_at = self.world.clock()
        self.record(call, "delete", (record.owner,), given=(record.id,), changed=True)
        return {"id": record.id, "success": True, "errors": []}

    def _standing(self, number: str) -> Record | str:
        """The record, or the word for why there is none."""
        self._records.purge(self.world.clock())
        record = self._records.kept.get(number)
        if record is None:
            return "INVALID_CROSS_REFERENCE_KEY"
        return record if record.deleted_at is None else "ENTITY_IS_DELETED"


def _ids(call: Call) -> list[str]:
    if isinstance(call.body, dict):
        return [str(one.get("id")) for one in call.body.get("records", [])]
    return list(filter(None, call.params.get("ids", "").split(",")))


def _failed(code: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": code.lower(), "fields": []}]}
