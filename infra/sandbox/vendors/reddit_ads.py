"""Reddit's Ads API v3, host ads-api.reddit.com: users of customer list audiences.

- Path, method, columns, at most 2,500 rows, 204 with no body, the shape of an error, how an address is written: [C]
  rudderlabs/rudder-transformer@329662c reddit_audience, which quotes Reddit's document.
- Tokens by Basic of the app: [C] segmentio/action-destinations@970a17e. One call a second: [T]. Texts: [U].
- Who doesn't name themselves in the user agent is refused: [C] the same of rudder's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.audiences import Audiences
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST = 2_500
_HASH = re.compile("[0-9a-f]{64}")
_NAMED = re.compile(r"\w+:[\w.-]+:\S+ \(by /u/[\w-]+\)")
_COLUMNS = (["EMAIL_SHA256"], ["MAID_SHA256"], ["EMAIL_SHA256", "MAID_SHA256"])
_WORDS = {401: "Authorization Required", 403: "Forbidden", 404: "Custom audience not found", 429: "Too Many Requests"}


class RedditAds(Audiences):
    name: ClassVar[str] = "reddit_ads"
    auth: ClassVar[str] = "oauth_refresh"
    token_path: ClassVar[str] = "/api/v1/access_token"
    client_in: ClassVar[str] = "basic"

    def operations(self) -> Iterable[Operation]:
        audience = "/api/v3/custom_audiences/{audience}"
        yield Operation("audience", "GET", audience, self._audience)
        yield Operation("users", "PATCH", f"{audience}/users", self._users)

    def error(self, status: int) -> Answer:
        return _error(status, _WORDS.get(status, "Internal Server Error"))

    def authorize(self, call: Call, operation: Operation) -> Answer | None:
        if not _NAMED.fullmatch(call.headers.get("user-agent", "")):
            return _error(403, "Blocked")
        return super().authorize(call, operation)

    def written(self, person: Person) -> Mapping[str, str]:
        name, _, host = fold(person.email).partition("@")
        return {"email": f"{re.sub('[^0-9a-z]', '', name.partition('+')[0])}@{host}"}

    def hashes(self, call: Call) -> Sequence[str]:
        data = call.body.get("data") if isinstance(call.body, dict) else None
        rows: Any = data.get("user_data") if isinstance(data, dict) else None
        return [str(value) for row in rows or () for value in row if value]

    def _audience(self, call: Call) -> Answer:
        audience = call.path["audience"]
        if not self.has(audience):
            return self.error(404)
        return Answer(200, {"data": {"id": audience, "type": "CUSTOMER_LIST", "status": "VALID"}})

    def _users(self, call: Call) -> Answer:
        if not self.has(call.path["audience"]):
            return self.error(404)
        data = call.body.get("data") if isinstance(call.body, dict) else None
        if not isinstance(data, dict) or data.get("column_order") not in _COLUMNS:
            return _error(400, "Invalid request", [{"field": "data.column_order", "message": "is invalid"}])
        hashes, rows = self.hashes(call), data.get("user_data") or ()
        if not 0 < len(rows) <= _MOST or not all(map(_HASH.fullmatch, hashes)):
            return _error(400, "Invalid request", [{"field": "data.user_data", "message": "is invalid"}])
        if data.get("action_type") not in {"ADD", "REMOVE"}:
            return _error(400, "Invalid request", [{"field": "data.action_type", "message": "is invalid"}])
        self.change(call, [call.path["audience"]], hashes, joins=data["action_type"] == "ADD")
        return Answer(204)


def _error(status: int, message: str, fields: Sequence[Mapping[str, str]] = ()) -> Answer:
    return Answer(status, {"error": {"code": status, "message": message, **({"fields": fields} if fields else {})}})
