"""Google Workspace: the Admin SDK's Directory API, https://admin.googleapis.com; its customer owns `example.test`.

- Paths, fields: [D] developers.google.com/workspace/admin/directory/reference/rest/v1/users. 204 of a deletion [U].
- Envelope of errors: [D] .../v1/guides/troubleshoot-error-codes; reasons notFound and forbidden [U].
- 2,400 calls a minute, told as 403 userRateLimitExceeded: [D] .../v1/limits. 20 days to restore: [T].

A person has an account where their address is of that domain and the CRM has a contact; `promote`: an admin's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

SCOPE = "https://www.googleapis.com/auth/admin.directory.user"
DOMAIN = "example.test"
RESTORABLE_S = 20 * 86_400
_LIMITS = (Limit(calls=2_400, window_s=60, together=True),)
_REASONS = {401: "authError", 403: "forbidden", 404: "notFound", 429: "rateLimitExceeded"}


@dataclass(slots=True)
class _Account:
    id: str
    email: str
    is_admin: bool = False
    deleted_at: float | None = None


class GoogleWorkspace(Vendor):
    name: ClassVar[str] = "google_workspace"
    issuer: ClassVar[str | None] = "google_oauth"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._accounts: dict[str, _Account] = {}

    def operations(self) -> Iterable[Operation]:
        root = "/admin/directory/v1/users"
        for verb, method, path, handle in (
            ("list", "GET", root, lambda _: Answer(200, {"etag": "x"})),
            ("get", "GET", f"{root}/{{key}}", self._get),
            ("delete", "DELETE", f"{root}/{{key}}", self._delete),
        ):
            yield Operation(verb, method, path, handle, scope=SCOPE, limits=_LIMITS)

    def error(self, status: int) -> Answer:
        return _error(status, _REASONS.get(status, "backendError"))

    def throttled(self, limit: Limit | None) -> Answer:
        del limit
        return _error(403, "userRateLimitExceeded")

    def identities(self, call: Call) -> Sequence[str]:
        key = call.path.get("key", "")
        account = self._accounts.get(key)
        return (account.email if account else key,)

    def seed(self, person: Person) -> None:
        if "Contacts" in person.crm and fold(person.email).endswith(f"@{DOMAIN}"):
            account = f"11{len(self._accounts) + 1:019d}"
            self._accounts[account] = _Account(account, person.email)

    def state(self, person: Person) -> dict[str, Any]:
        since = self.world.clock() - RESTORABLE_S
        mine = self._of(person.email)
        there = mine is not None and (mine.deleted_at is None or mine.deleted_at > since)
        return {"known": there, "restorable": bool(mine and mine.deleted_at is not None and there)}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        mine = self._of(person.email)
        if event != "promote" or mine is None:
            super().happen(event, person, args)
        else:
            mine.is_admin = True

    def clear(self) -> None:
        self._accounts.clear()

    def _of(self, email: str) -> _Account | None:
        return next((one for one in self._accounts.values() if fold(one.email) == fold(email)), None)

    def _get(self, call: Call) -> Answer:
        key = call.path["key"]
        if "@" in key and not fold(key).endswith(f"@{DOMAIN}"):
            return self.error(403)
        account = self._accounts.get(key) or self._of(key)
        if account is None or account.deleted_at is not None:
            return self.error(404)
        return Answer(200, {"id": account.id, "primaryEmail": account.email, "isAdmin": account.is_admin})

    def _delete(self, call: Call) -> Answer:
        account = self._accounts.get(call.path["key"])
        if account is None or account.deleted_at is not None:
            return self.error(404)
        account.deleted_at = self.world.clock()
        self.record(call, "delete", (account.email,), given=(account.id,), changed=True)
        return Answer(204)


def _error(status: int, reason: str) -> Answer:
    detail = {"domain": "usageLimits" if "Limit" in reason else "global", "reason": reason, "message": reason}
    return Answer(status, {"error": {"code": status, "message": reason, "errors": [detail]}})
