"""Zoho Analytics, API v2, host analyticsapi.zoho.<dc>.

- Paths, header, CONFIG, `deleteAllRows`, answers, the codes 7103, 8504, 8535, scopes: [S] zoho/analytics-oas 80c36a8,
  v2.0. CONFIG in the query, 100 calls a minute and 40 of exports, 6045: [D] zoho.com/analytics/api/v2.
- Exported JSON has the rows under `data`; a doubled quote in a literal; comparisons that regard case; HTTP statuses
  of errors: [U]. What is no criteria that is understood here: 8516, "invalid value" [D].
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

ORGANISATION, WORKSPACE, VIEW, TABLE, COLUMN = "55522777", "35130", "35730", "Visits", "Email"
_LITERAL = r"'((?:[^']|'')*)'"
_TEST = re.compile(rf'"{TABLE}"\."{COLUMN}"={_LITERAL}')
_CRITERIA = re.compile(rf"{_TEST.pattern}(?: OR {_TEST.pattern})*")
_ERRORS = {
    401: ("INVALID_OAUTHTOKEN", 8535),
    403: ("INVALID_OAUTHSCOPE", 8540),
    404: ("META_OBJECT_NOT_PRESENT", 7103),
    429: ("FREQUENCY_EXCEEDED", 6045),
    500: ("COMMON_INTERNAL_SERVER_ERROR", 7005),
}
_OVERALL = Limit(calls=100, window_s=60, together=True)


class ZohoAnalytics(Vendor):
    name: ClassVar[str] = "zoho_analytics"
    issuer: ClassVar[str | None] = "zoho_accounts"
    scheme: ClassVar[str] = "Zoho-oauthtoken"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._rows: dict[str, list[str]] = {}
        """Folded address → how it is written in each of the rows."""

    def operations(self) -> Iterable[Operation]:
        view = "/restapi/v2/workspaces/{workspace}/views/{view}"
        exports = (_OVERALL, Limit(calls=40, window_s=60))
        yield Operation("export_data", "GET", f"{view}/data", self._export, limits=exports)
        yield Operation("delete_rows", "DELETE", f"{view}/rows", self._delete, limits=(_OVERALL,))
        yield Operation("get_orgs", "GET", "/restapi/v2/orgs", self._orgs, limits=(_OVERALL,))

    def error(self, status: int) -> Answer:
        summary, code = _ERRORS.get(status, _ERRORS[500])
        return _failed(status, summary, code)

    def lie(self, call: Call) -> Answer:  # noqa: ARG002 - whatever was called
        return _failed(200, *_ERRORS[500])

    def identities(self, call: Call) -> Sequence[str]:
        return tuple(found.replace("''", "'") for found in re.findall(_LITERAL, call.params.get("CONFIG", "")))

    def seed(self, person: Person) -> None:
        self._rows.setdefault(fold(person.email), []).append(person.email)

    def state(self, person: Person) -> dict[str, Any]:
        return {"known": fold(person.email) in self._rows, "rows": len(self._rows.get(fold(person.email), []))}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`add`: another row, with the address written as `email` says."""
        if event != "add":
            super().happen(event, person, args)
        self._rows.setdefault(fold(person.email), []).append(args.get("email", person.email))

    def clear(self) -> None:
        self._rows.clear()

    def _export(self, call: Call) -> Answer:
        wanted = self._wanted(call)
        if isinstance(wanted, Answer):
            return wanted
        return Answer(200, {"data": [{COLUMN: one} for name in wanted for one in self._matching(name)]})

    def _delete(self, call: Call) -> Answer:
        wanted = self._wanted(call)
        if isinstance(wanted, Answer):
            return wanted
        gone = {name: self._matching(name) for name in wanted}
        for name, rows in gone.items():
            left = [one for one in self._rows.get(fold(name), []) if one not in rows]
            self._rows |= {fold(name): left}
            self.record(call, "delete", (name,), changed=bool(rows))
        self._rows = {key: rows for key, rows in self._rows.items() if rows}
        count = sum(map(len, gone.values()))
        return Answer(200, {"status": "success", "summary": "Delete row", "data": {"deletedRows": count}})

    def _orgs(self, _: Call) -> Answer:
        orgs = [{"orgId": ORGANISATION, "orgName": "sandbox", "isDefault": True}]
        return Answer(200, {"status": "success", "summary": "Get organizations", "data": {"orgs": orgs}})

    def _wanted(self, call: Call) -> list[str] | Answer:
        """The names in the criteria; or the refusal of the call."""
        here = (call.path["workspace"], call.path["view"]) == (WORKSPACE, VIEW)
        if not here or call.headers.get("zanalytics-orgid") != ORGANISATION:
            return self.error(404)
        try:
            config = json.loads(call.params["CONFIG"])
        except (KeyError, ValueError):
            return _failed(400, "LESS_THAN_MIN_OCCURANCE", 8504)
        if config.get("deleteAllRows") is True and "criteria" not in config:
            return [one for rows in self._rows.values() for one in rows]
        criteria = config.get("criteria")
        if not criteria:
            return _failed(400, "LESS_THAN_MIN_OCCURANCE", 8504)
        if not _CRITERIA.fullmatch(criteria):
            return _failed(400, "INVALID_VALUE", 8516)
        return list(dict.fromkeys(found.replace("''", "'") for found in _TEST.findall(criteria)))

    def _matching(self, name: str) -> list[str]:
        return [one for one in self._rows.get(fold(name), []) if one == name]


def _failed(status: int, summary: str, code: int) -> Answer:
    data = {"errorCode": code, "errorMessage": "sandbox"}
    return Answer(status, {"status": "failure", "summary": summary, "data": data})
