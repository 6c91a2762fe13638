"""Netlify, https://api.netlify.com/api/v1: a site and what was sent through its forms.

- Paths, paging, shape of a submission, 204 of a deletion: [S] netlify/open-api 6508031, swagger.yml.
- `state=spam` lists what is taken for spam, and nothing else lists it: [T] dev.to/netlify/handling-form-submissions.
- Errors are `{"code", "message"}`: [S] definitions.error. 404 of a submission that is gone: [U]. 500 a minute: [D].

A person has sent a form for each record in the CRM, the second and every further one taken for spam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.clock import timestamp
from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

SITE = "4f8a1c2e-0000-4000-8000-000000000001"
_LIMITS = (Limit(calls=500, window_s=60, together=True),)
_MOST = 100
_WORDS = {401: "Access Denied", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(slots=True)
class _Submission:
    id: str
    number: int
    email: str
    is_spam: bool

    def shown(self, at: str) -> dict[str, Any]:
        data = {"email": self.email, "message": "please call me"}
        return {"id": self.id, "number": self.number, "email": self.email, "data": data, "created_at": at}


class Netlify(Vendor):
    name: ClassVar[str] = "netlify"
    auth: ClassVar[str] = "bearer"
    forms: ClassVar[Mapping[str, str]] = {"token": "nfp_{}"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._submissions: dict[str, _Submission] = {}
        self._made = 0

    def operations(self) -> Iterable[Operation]:
        site = f"/api/v1/sites/{SITE}"
        yield Operation("site", "GET", site, lambda _: Answer(200, {"id": SITE}), limits=_LIMITS)
        yield Operation("list", "GET", f"{site}/submissions", self._list, limits=_LIMITS)
        yield Operation("delete", "DELETE", "/api/v1/submissions/{id}", self._delete, limits=_LIMITS)

    def error(self, status: int) -> Answer:
        return Answer(status, {"code": status, "message": _WORDS.get(status, "Internal Server Error")})

    def identities(self, call: Call) -> Sequence[str]:
        submission = self._submissions.get(call.path.get("id", ""))
        return (submission.email,) if submission else ()

    def seed(self, person: Person) -> None:
        for number in range(len(person.crm)):
            self._add(person.email, is_spam=number > 0)

    def state(self, person: Person) -> dict[str, Any]:
        mine = [one for one in self._submissions.values() if fold(one.email) == fold(person.email)]
        return {"known": bool(mine), "submissions": len(mine)}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`send`: the person fills in a form, `times` over."""
        if event != "send":
            super().happen(event, person, args)
        for _ in range(int(args.get("times", "1"))):
            self._add(person.email, is_spam=False)

    def clear(self) -> None:
        self._submissions.clear()

    def _add(self, email: str, *, is_spam: bool) -> None:
        self._made += 1
        submission = _Submission(f"sub{self._made:021x}", self._made, email, is_spam)
        self._submissions[submission.id] = submission

    def _list(self, call: Call) -> Answer:
        wanted = call.params.get("state") == "spam"
        page, size = call.number("page", 1), min(call.number("per_page", _MOST), _MOST)
        newest = [one for one in reversed(self._submissions.values()) if one.is_spam is wanted]
        at = timestamp(self.world.clock())
        return Answer(200, [one.shown(at) for one in newest[(page - 1) * size : page * size]])

    def _delete(self, call: Call) -> Answer:
        submission = self._submissions.pop(call.path["id"], None)
        if submission is None:
            return self.error(404)
        self.record(call, "delete", (submission.email,), given=(submission.id,), changed=True)
        return Answer(204)
