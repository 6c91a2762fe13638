"""LinkedIn's versioned API, host api.linkedin.com: users of DMP segments.

- Path, actions, kinds of ids, 600 calls a minute, that a removal of who isn't there answers 201: [D]
  learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-users.
- Body of several users and their header: [C] segmentio/action-destinations@970a17e. At most 5,000: [C] rudder.
- A status for each element in an answer of 200: [T] LinkedIn's Postman collection. Of one that isn't taken: [U].
- Shape of an error: [D] linkedin/shared/api-guide/concepts/error-handling; 426 with NONEXISTENT_VERSION: [T]
  issues of n8n and Pipedream; other texts and codes: [U].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.audiences import Audiences
from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_MOST = 5_000
_OLDEST = "202508"
_HASH = re.compile("[0-9a-f]{64}")
_MINUTE = (Limit(calls=600, window_s=60),)
_WORDS = {
    400: ("ILLEGAL_ARGUMENT", "Invalid request"),
    401: ("INVALID_ACCESS_TOKEN", "Invalid access token"),
    403: ("ACCESS_DENIED", "Not enough permissions to access: dmpSegments"),
    404: ("NOT_FOUND", "Could not find entity"),
    426: ("NONEXISTENT_VERSION", "Requested version is not active"),
    429: ("TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached."),
}


class LinkedInAds(Audiences):
    name: ClassVar[str] = "linkedin_ads"
    auth: ClassVar[str] = "oauth_refresh"
    token_path: ClassVar[str] = "/oauth/v2/accessToken"
    required: ClassVar[Mapping[str, str]] = {"X-Restli-Protocol-Version": "2.0.0"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.refused: dict[str, int] = {}
        """Hash → the status with which its element is refused."""

    def operations(self) -> Iterable[Operation]:
        yield Operation("segment", "GET", "/rest/dmpSegments/{segment}", self._segment)
        yield Operation("users", "POST", "/rest/dmpSegments/{segment}/users", self._users, limits=_MINUTE)

    def error(self, status: int) -> Answer:
        code, message = _WORDS.get(status, ("INTERNAL_SERVER_ERROR", "Internal server error"))
        return Answer(status, {"status": status, "code": code, "message": message})

    def written(self, person: Person) -> Mapping[str, str]:
        return {"email": fold(person.email)}

    def hashes(self, call: Call) -> Sequence[str]:
        elements = call.body.get("elements") if isinstance(call.body, dict) else None
        return [str(name.get("idValue")) for one in elements or () for name in one.get("userIds", ())]

    def _refusal(self, call: Call) -> Answer | None:
        if call.headers.get("linkedin-version", "") < _OLDEST:
            return self.error(426)
        return None if self.has(call.path["segment"]) else self.error(404)

    def _segment(self, call: Call) -> Answer:
        return self._refusal(call) or Answer(200, {"id": call.path["segment"], "type": "USER"})

    def _users(self, call: Call) -> Answer:
        if refusal := self._refusal(call):
            return refusal
        elements = call.body.get("elements") if isinstance(call.body, dict) else None
        if call.headers.get("x-restli-method") != "BATCH_CREATE" or not 0 < len(elements or ()) <= _MOST:
            return self.error(400)
        return Answer(200, {"elements": [{"status": self._user(call, one)} for one in elements or ()]})

    def _user(self, call: Call, element: Mapping[str, Any]) -> int:
        names = element.get("userIds", ())
        hashes = [str(one.get("idValue")) for one in names if one.get("idType") == "SHA256_EMAIL"]
        good = element.get("action") in {"ADD", "REMOVE"} and hashes and all(map(_HASH.fullmatch, hashes))
        status = next((self.refused[one] for one in hashes if one in self.refused), 201 if good else 400)
        if status == 201:  # noqa: PLR2004 - created
            self.change(call, [call.path["segment"]], hashes, joins=element["action"] == "ADD")
        return status
