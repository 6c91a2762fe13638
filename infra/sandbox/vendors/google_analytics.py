"""Google Analytics: the User Deletion API v3, https://www.googleapis.com, and SubmitUserDeletion of the Admin API.

- Path, body, scope and the answer with `deletionRequestTime`; a repeat updates the request: [D]
  developers.google.com /analytics/devguides/config/userdeletion/v3. An id that Analytics never saw is taken as
  well: [U].
- 500 requests a day per project and per property, 1.5 a second per property; over it 403 or 429: [D] limits-quotas.
  Which one is [U]; here the second's limit answers 403 `rateLimitExceeded`, the day's 429.
- Error envelope and the texts for 401 and a missing scope: [C]. Reasons for a bad parameter and for a property
  without access: [D] the v3 list of reasons; texts [U].
- SubmitUserDeletion, https://analyticsadmin.googleapis.com: path, one user of four kinds, scope, the answer: [S]
  googleapis/googleapis@f8291d2 analytics_admin.proto; 500 a day per property: [D]. Its errors have no `errors`: [D]
  cloud.google.com/apis/design/errors. That an address which isn't normalised is refused: [U].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.clock import timestamp
from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

SCOPE = "https://www.googleapis.com/auth/analytics.user.deletion"
EDIT_SCOPE = "https://www.googleapis.com/auth/analytics.edit"
_USER = ("userId", "clientId", "appInstanceId", "userProvidedData")
_ID_TYPES = ("CLIENT_ID", "USER_ID", "APP_INSTANCE_ID")
_PER_SECOND = Limit(calls=3, window_s=2)
_PER_DAY = Limit(calls=500, window_s=86_400)
_NO_CREDENTIALS = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential."
)
_STATUS = {
    400: ("INVALID_ARGUMENT", "badRequest", "Bad Request"),
    401: ("UNAUTHENTICATED", "authError", _NO_CREDENTIALS),
    403: ("PERMISSION_DENIED", "insufficientPermissions", "Request had insufficient authentication scopes."),
    404: ("NOT_FOUND", "notFound", "Not Found"),
    429: ("RESOURCE_EXHAUSTED", "rateLimitExceeded", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "backendError", "Backend Error"),
    503: ("UNAVAILABLE", "backendError", "The service is currently unavailable."),
}


class GoogleAnalytics(Vendor):
    name: ClassVar[str] = "google_analytics"
    issuer: ClassVar[str | None] = "google_oauth"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seen: set[str] = set()
        self._requests: dict[str, str] = {}

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "user_deletion",
            "POST",
            "/analytics/v3/userDeletion/userDeletionRequests:upsert",
            self._upsert,
            scope=SCOPE,
            limits=(_PER_SECOND, _PER_DAY),
        )
        admin = "/v1alpha/properties/{property}:submitUserDeletion"
        yield Operation("submit_deletion", "POST", admin, self._submit, scope=EDIT_SCOPE, limits=(_PER_DAY,))

    def error(self, status: int) -> Answer:
        canonical, reason, text = _STATUS.get(status, ("UNKNOWN", "backendError", "Error"))
        return _error(status, canonical, reason, text)

    def throttled(self, limit: Limit | None) -> Answer:
        if limit is _PER_SECOND:
            return _error(403, "PERMISSION_DENIED", "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
        return self.error(429)

    def identities(self, call: Call) -> Sequence[str]:
        body = call.body if isinstance(call.body, dict) else {}
        user_id = body.get("id")
        named = [user_id.get("userId")] if isinstance(user_id, dict) else [body.get(kind) for kind in _USER]
        return tuple(str(name) for name in named if name)

    def seed(self, person: Person) -> None:
        if person.ga_client_id:
            self._seen.add(person.ga_client_id)

    def state(self, person: Person) -> dict[str, Any]:
        """`deletion_requested` is all that anybody can know: Google has no call to ask."""
        client_id = person.ga_client_id or ""
        by_address = self._requests.get(fold(person.email))
        asked = {"deletion_requested": self._requests.get(client_id), "by_address": by_address}
        return {"known": client_id in self._seen, **asked}

    def clear(self) -> None:
        self._seen.clear()
        self._requests.clear()

    def _upsert(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        user = body.get("id")
        if not isinstance(user, dict) or user.get("type") not in _ID_TYPES or not user.get("userId"):
            return _error(400, "INVALID_ARGUMENT", "invalidParameter", "Invalid value for field id.")
        if str(body.get("propertyId", "")) != self.world.ga_property_id:
            text = "User does not have sufficient permissions for this property."
            return _error(403, "PERMISSION_DENIED", "insufficientPermissions", text)
        user_id = str(user["userId"])
        at = self._take(call, user_id, user["type"])
        resource = {"kind": "analytics#userDeletionRequest", "id": {"type": user["type"], "userId": user_id}}
        return Answer(200, {**resource, "propertyId": self.world.ga_property_id, "deletionRequestTime": at})

    def _submit(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        if set(body) - set(_USER) or len(body) != 1 or not all(body.values()):
            return _refused(400, "INVALID_ARGUMENT", "Exactly one user must be given.")
        if call.path["property"] != self.world.ga_property_id:
            return _refused(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property.")
        ((kind, name),) = body.items()
        if kind == "userProvidedData" and name != "".join(name.split()).lower():
            return _refused(400, "INVALID_ARGUMENT", "The user-provided data is not normalized.")
        return Answer(200, {"deletionRequestTime": self._take(call, name, kind)})

    def _take(self, call: Call, name: str, kind: str) -> str:
        at = timestamp(self.world.clock())
        changed = name not in self._requests
        self._requests[name] = at
        self.record(call, "delete", (name,), changed=changed, type=kind)
        return at


def _refused(status: int, canonical: str, text: str) -> Answer:
    return Answer(status, {"error": {"code": status, "message": text, "status": canonical}})


def _error(status: int, canonical: str, reason: str, text: str, domain: str = "global") -> Answer:
    detail = {"message": text, "domain": domain, "reason": reason}
    if reason == "authError":
        detail |= {"message": "Invalid Credentials", "location": "Authorization", "locationType": "header"}
    return Answer(status, {"error": {"code": status, "message": text, "errors": [detail], "status": canonical}})
