"""Meta's Marketing API v26.0, host graph.facebook.com: customer audiences.

- Paths and methods: [S] PyPI facebook-business@26.0.3. Payload, columns, hashing, Limited Data Use,
  at most 10,000 rows, the fields of an answer, subcode 1713230 of an audience that is blocked: [D] the guide to
  customer file custom audiences. A row's empty text for a key that it doesn't have: [C].
- What `usersofanyaudience` answers: [U], here as users of an audience do, without its id.
- Shape of an error and its numbers: [D] graph-api/guides/error-handling, rate-limiting; statuses, texts, subcode 33
  of an audience that isn't there: [U].
- `appsecret_proof`: HMAC-SHA256 of the token under the app's secret [D] graph-api/guides/secure-requests; what is
  answered without it, code 100 of a GraphMethodException, and to a wrong one: [T]. `wants_proof`: Require App Secret.

Person's names: the address, and the phone number's digits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.access import PROOF, proof_of
from infra.sandbox.audiences import Audiences
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.limits import Limit
    from infra.sandbox.world import World

ACCOUNT = "1234567890"
_MOST = 10_000
_COLUMNS = {"EMAIL", "PHONE"}
_FLAGS = {"DATA_PROCESSING_OPTIONS", "DATA_PROCESSING_OPTIONS_COUNTRY", "DATA_PROCESSING_OPTIONS_STATE"}
_HASH = re.compile("[0-9a-f]{64}")
_ERRORS = {
    401: (190, "Error validating access token: The session has been invalidated."),
    403: (200, "Permissions error"),
    404: (803, "Some of the aliases you requested do not exist"),
    429: (80003, "There have been too many calls to this ad-account. Wait a bit and try again."),
    500: (2, "An unexpected error has occurred. Please retry your request later."),
    503: (2, "Service temporarily unavailable"),
}


class MetaAds(Audiences):
    name: ClassVar[str] = "meta_ads"
    auth: ClassVar[str] = "app_token"
    token_param: ClassVar[str] = "access_token"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.blocked: set[str] = set()
        self.wants_proof = False
        self.limited: set[str] = set()
        """Hashes that were put on with Limited Data Use."""

    def operations(self) -> Iterable[Operation]:
        yield Operation("account", "GET", "/v26.0/act_{account}", self._account)
        yield Operation("remove_any", "DELETE", "/v26.0/act_{account}/usersofanyaudience", self._remove_any)
        yield Operation("add", "POST", "/v26.0/{audience}/users", self._add)
        yield Operation("remove", "DELETE", "/v26.0/{audience}/users", self._remove)

    def error(self, status: int) -> Answer:
        return _error(status, *_ERRORS.get(status, (100, "Invalid parameter")))

    def authorize(self, call: Call, operation: Operation) -> Answer | None:
        proof = call.params.get(PROOF)
        if call.params.get(self.token_param) == self.secret("token"):
            if proof is None and self.wants_proof:
                return _unproven("API calls from the server require an appsecret_proof argument")
            if proof not in {None, proof_of(self)}:
                return _unproven("Invalid appsecret_proof provided in the API argument")
        return super().authorize(call, operation)

    def throttled(self, limit: Limit | None) -> Answer:
        del limit
        return _error(400, *_ERRORS[429])

    def written(self, person: Person) -> Mapping[str, str]:
        phone = {"phone": re.sub(r"\D", "", person.phone)} if person.phone else {}
        return {"email": fold(person.email), **phone}

    def hashes(self, call: Call) -> Sequence[str]:
        payload = call.body.get("payload") if isinstance(call.body, dict) else None
        rows = payload.get("data") if isinstance(payload, dict) else None
        return [one for row in rows or () for one in row if isinstance(one, str) and one]

    def clear(self) -> None:
        super().clear()
        self.limited.clear()

    def _account(self, call: Call) -> Answer:
        if call.path["account"] != ACCOUNT:
            return self.error(403)
        return Answer(200, {"id": f"act_{ACCOUNT}"})

    def _remove_any(self, call: Call) -> Answer:
        if call.path["account"] != ACCOUNT:
            return self.error(403)
        return self._change(call, None, joins=False)

    def _add(self, call: Call) -> Answer:
        return self._change(call, call.path["audience"], joins=True)

    def _remove(self, call: Call) -> Answer:
        return self._change(call, call.path["audience"], joins=False)

    def _change(self, call: Call, audience: str | None, *, joins: bool) -> Answer:
        if audience is not None and not self.has(audience):
            return _error(400, 100, "Unsupported request. Object does not exist.", 33)
        if audience in self.blocked:
            return _error(400, 100, "Invalid parameter", 1713230)
        payload = call.body.get("payload") if isinstance(call.body, dict) else None
        if not isinstance(payload, dict) or not _is_good(payload):
            return _error(400, 100, "Invalid parameter")
        hashes = self.hashes(call)
        good = [one for one in hashes if _HASH.fullmatch(one)]
        self.change(call, None if audience is None else [audience], good, joins=joins)
        if joins and "DATA_PROCESSING_OPTIONS" in payload["schema"]:
            self.limited.update(good)
        counts = {"num_received": len(payload["data"]), "num_invalid_entries": len(hashes) - len(good)}
        named = {} if audience is None else {"audience_id": audience}
        return Answer(200, {**named, "session_id": "1", **counts, "invalid_entry_samples": {}})


def _is_good(payload: Mapping[str, Any]) -> bool:
    schema, rows = payload.get("schema"), payload.get("data")
    if not isinstance(schema, list) or not set(schema) & _COLUMNS or set(schema) - _COLUMNS - _FLAGS:
        return False
    return isinstance(rows, list) and 0 < len(rows) <= _MOST and all(len(row) == len(schema) for row in rows)


def _unproven(message: str) -> Answer:
    error = {"message": message, "type": "GraphMethodException", "code": 100, "fbtrace_id": "A1b2C3"}
    return Answer(400, {"error": error})


def _error(status: int, code: int, message: str, subcode: int | None = None) -> Answer:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1b2C3"}
    return Answer(status, {"error": error | ({"error_subcode": subcode} if subcode else {})})
