"""Google's Data Manager API v1, host datamanager.googleapis.com: members of customer lists.

- Paths, bodies, answers, at most 10,000 members, reasons: [S] googleapis/googleapis@f8291d2,
  google/ads/datamanager/v1.
- At most 10 destinations and 10 names of a member, 300 requests a minute: [D] data-manager/api/devguides/limits.
- How a name is written: [D] .../concepts/formatting. That a request is processed later: [D] .../diagnostics; here it
  takes `job_s`.
- Where in an error the reasons stand: [D] cloud.google.com/apis/design/errors; texts, and statuses of a wrong list,
  account or request id: [U].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.audiences import Audiences
from infra.sandbox.later import Later
from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

ACCOUNT = "1234567890"
SCOPE = "https://www.googleapis.com/auth/datamanager"
_MOST, _MOST_DESTINATIONS = 10_000, 10
_MINUTE = (Limit(calls=300, window_s=60),)
_GMAIL = {"gmail.com", "googlemail.com"}
_HASH = re.compile("[0-9a-f]{64}")
_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


class GoogleAds(Audiences):
    name: ClassVar[str] = "google_ads"
    issuer: ClassVar[str | None] = "google_oauth"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.job_s = 0.0
        self.ends = "SUCCESS"
        self._later = Later(world.clock)
        self._requests: dict[str, list[str]] = {}

    def operations(self) -> Iterable[Operation]:
        members = "/v1/audienceMembers"
        yield Operation("ingest", "POST", f"{members}:ingest", self._ingest, scope=SCOPE, limits=_MINUTE)
        yield Operation("remove", "POST", f"{members}:remove", self._remove, scope=SCOPE, limits=_MINUTE)
        yield Operation("status", "GET", "/v1/requestStatus:retrieve", self._status, scope=SCOPE)
        lists = "/v1/accountTypes/GOOGLE_ADS/accounts/{account}/userLists"
        yield Operation("lists", "GET", lists, self._lists, scope=SCOPE)

    def error(self, status: int) -> Answer:
        return _error(status)

    def written(self, person: Person) -> Mapping[str, str]:
        name, _, host = fold(person.email).partition("@")
        name = name.partition("+")[0].replace(".", "") if host in _GMAIL else name
        phone = {"phone": "+" + re.sub(r"\D", "", person.phone)} if person.phone else {}
        return {"email": f"{name}@{host}", **phone}

    def hashes(self, call: Call) -> Sequence[str]:
        members = call.body.get("audienceMembers") if isinstance(call.body, dict) else None
        names = [name for one in members or () for name in one.get("userData", {}).get("userIdentifiers", ())]
        return [value for name in names for value in name.values() if isinstance(value, str)]

    def clear(self) -> None:
        super().clear()
        self._later.clear()
        self._requests.clear()

    def state(self, person: Person) -> dict[str, Any]:
        self._later.settle()
        return super().state(person)

    def _ingest(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        terms = body.get("termsOfService", {}).get("customerMatchTermsOfServiceStatus")
        if terms != "ACCEPTED":
            return _error(400, "TERMS_AND_CONDITIONS_NOT_SIGNED", "terms_of_service")
        if "CONSENT_DENIED" in body.get("consent", {}).values():
            return _error(400, "INVALID_ARGUMENT", "consent")
        return self._change(call, joins=True)

    def _remove(self, call: Call) -> Answer:
        return self._change(call, joins=False)

    def _change(self, call: Call, *, joins: bool) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        destinations, members = body.get("destinations"), body.get("audienceMembers")
        if not destinations or len(destinations) > _MOST_DESTINATIONS:
            return _error(400, "INVALID_DESTINATION", "destinations")
        if any(one.get("operatingAccount") != _account() for one in destinations):
            return _error(403, "PERMISSION_DENIED", "destinations")
        keys = [str(one.get("productDestinationId")) for one in destinations]
        if not all(map(self.has, keys)):
            return _error(400, "INVALID_USER_LIST_ID", "destinations")
        hashes = self.hashes(call)
        if not members or len(members) > _MOST or len(hashes) < len(members):
            return _error(400, "INVALID_AUDIENCE_MEMBER", "audience_members")
        if body.get("encoding") != "HEX" or not all(map(_HASH.fullmatch, hashes)):
            return _error(400, "INVALID_SHA256_FORMAT", "audience_members")
        return Answer(200, {"requestId": self._take(call, keys, hashes, joins=joins)})

    def _take(self, call: Call, keys: list[str], hashes: Sequence[str], *, joins: bool) -> str:
        request, ends = f"r-{len(self._requests)}", self.ends
        self._requests[request] = ["PROCESSING"] * len(keys)
        self._later.takes_s = self.job_s

        def process() -> None:
            self._requests[request] = [ends] * len(keys)
            if ends == "SUCCESS":
                self.change(call, keys, hashes, joins=joins)

        self._later.put(process)
        return request

    def _status(self, call: Call) -> Answer:
        self._later.settle()
        statuses = self._requests.get(call.params.get("requestId", ""))
        if statuses is None:
            return _error(400, "INVALID_REQUEST_ID", "request_id")
        failed = {"errorInfo": {"errorCounts": [{"recordCount": "1", "reason": _WHY}]}}
        each = [{"requestStatus": one, **({} if one in _FINE else failed)} for one in statuses]
        return Answer(200, {"requestStatusPerDestination": each})

    def _lists(self, call: Call) -> Answer:
        if call.path["account"] != ACCOUNT:
            return _error(403)
        return Answer(200, {"userLists": [{"id": key} for key in self._on][: call.number("pageSize", 50)]})


_WHY = "PROCESSING_ERROR_REASON_INTERNAL_ERROR"
_FINE = {"SUCCESS", "PROCESSING"}


def _account() -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": ACCOUNT}


def _error(status: int, reason: str = "", field: str = "") -> Answer:
    canonical = _STATUS.get(status, "UNKNOWN")
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": canonical}
    details: list[dict[str, Any]] = [info | {"domain": "datamanager.googleapis.com"}]
    if reason:
        wrong = {"field": field, "description": "The field is invalid.", "reason": reason}
        details.append({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [wrong]})
    text = "There was a problem with the request."
    return Answer(status, {"error": {"code": status, "message": text, "status": canonical, "details": details}})
