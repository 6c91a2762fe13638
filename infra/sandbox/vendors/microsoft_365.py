"""Microsoft Graph 1.0, https://graph.microsoft.com: accounts of a tenant, and its deleted items.

- Paths, properties: [S] microsoftgraph/msgraph-metadata f54f11b, schemas/v1.0-Prod.csdl. 204 of a deletion, 30 days:
  [D] learn.microsoft.com/graph/api/user-delete. No purge of users for an app: [D] directory-deleteditems-delete, told
  as 403 [U].
- Filters of mail, userPrincipalName, otherMails and proxyAddresses by `eq`: [D] aad-advanced-queries. proxyAddresses
  come only when selected: [D] resources/user; there capitals count [U]: the strictest reading for who relies on it.
- Envelope and codes of errors: [D] learn.microsoft.com/graph/errors. 3,000 writes in 150 s: [D] throttling-limits.

A person is a guest for each lead in the CRM; `hire` makes them a member, whose name is their address, and `alias`
gives their accounts one more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

RESTORABLE_S = 30 * 86_400
_WRITES = (Limit(calls=3_000, window_s=150, together=True),)
_MAIL = re.compile(r"mail eq '((?:[^']|'')*)'")
_TEST = re.compile(r"(?:(\w+)/any\(\w+:\w+|(\w+)) eq '((?:[^']|'')*)'")
_BY_DEFAULT = "id,mail,userPrincipalName"
_CODES = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    429: "TooManyRequests",
}


@dataclass(slots=True)
class _Account:
    id: str
    mail: str
    kind: str
    aliases: list[str] = field(default_factory=list)
    deleted_at: float | None = None

    def shown(self) -> dict[str, Any]:
        name = self.mail if self.kind == "Member" else f"{self.mail.replace('@', '_')}#EXT#@acme.example"
        mailed_by = [f"SMTP:{self.mail}", *(f"smtp:{one}" for one in self.aliases)]
        shown = {"id": self.id, "userType": self.kind, "mail": self.mail, "userPrincipalName": name}
        return {**shown, "otherMails": [], "proxyAddresses": mailed_by}


class Microsoft365(Vendor):
    name: ClassVar[str] = "microsoft_365"
    auth: ClassVar[str] = "client_credentials"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._accounts: dict[str, _Account] = {}
        self.may_purge = False

    def operations(self) -> Iterable[Operation]:
        yield Operation("organization", "GET", "/v1.0/organization", lambda _: Answer(200, {"value": [{"id": "1"}]}))
        yield Operation("list", "GET", "/v1.0/users", self._list)
        yield Operation("delete", "DELETE", "/v1.0/users/{id}", self._delete, limits=_WRITES)
        yield Operation("purge", "DELETE", "/v1.0/directory/deletedItems/{id}", self._purge, limits=_WRITES)

    def error(self, status: int) -> Answer:
        code = _CODES.get(status, "UnknownError")
        return Answer(status, {"error": {"code": code, "message": code, "innerError": {}}})

    def identities(self, call: Call) -> Sequence[str]:
        account = self._accounts.get(call.path.get("id", ""))
        return (account.mail,) if account else (_asked(call),)

    def seed(self, person: Person) -> None:
        for _ in filter(lambda module: module == "Leads", person.crm):
            self._add(person.email, "Guest")

    def state(self, person: Person) -> dict[str, Any]:
        mine = self._of(person)
        kinds = sorted(one.kind for one in mine if one.deleted_at is None)
        return {"known": bool(mine), "accounts": kinds, "restorable": len(mine) - len(kinds)}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        if event == "alias":
            for account in self._of(person):
                account.aliases.append(args["email"])
        elif event == "hire":
            self._add(person.email, "Member")
        else:
            super().happen(event, person, args)

    def clear(self) -> None:
        self._accounts.clear()

    def _add(self, mail: str, kind: str) -> None:
        account = _Account(f"87d349ed-0000-4000-8000-{len(self._accounts) + 1:012d}", mail, kind)
        self._accounts[account.id] = account

    def _there(self) -> list[_Account]:
        """Those that weren't deleted 30 days ago."""
        since = self.world.clock() - RESTORABLE_S
        return [one for one in self._accounts.values() if one.deleted_at is None or one.deleted_at > since]

    def _of(self, person: Person) -> list[_Account]:
        return [one for one in self._there() if fold(one.mail) == fold(person.email)]

    def _list(self, call: Call) -> Answer:
        found = [row for one in self._there() if one.deleted_at is None and _passes(row := one.shown(), call)]
        wanted = call.params.get("$select", _BY_DEFAULT).split(",")
        return Answer(200, {"value": [{name: row[name] for name in wanted} for row in found]})

    def _delete(self, call: Call) -> Answer:
        account = self._accounts.get(call.path["id"])
        if account is None or account.deleted_at is not None:
            return self.error(404)
        account.deleted_at = self.world.clock()
        self.record(call, "delete", (account.mail,), given=(account.id,), changed=True, kind=account.kind)
        return Answer(204)

    def _purge(self, call: Call) -> Answer:
        account = self._accounts.get(call.path["id"])
        if account is None or account.deleted_at is None:
            return self.error(404)
        if not self.may_purge:
            return self.error(403)
        del self._accounts[account.id]
        self.record(call, "purge", (account.mail,), given=(account.id,), changed=True)
        return Answer(204)


def _asked(call: Call) -> str:
    found = _MAIL.search(call.params.get("$filter", ""))
    return found[1].replace("''", "'") if found else ""


def _passes(row: Mapping[str, Any], call: Call) -> bool:
    """Whether one of the filter's tests, which are joined by `or`, holds."""
    for several, one, text in _TEST.findall(call.params.get("$filter", "")):
        value = text.replace("''", "'")
        if value in row[several] if several else fold(row[one]) == fold(value):
            return True
    return False
