"""WordPress.com, https://public-api.wordpress.com/rest/v1.1: users and comments of one site.

- Paths, parameters, answers and errors: [S] Automattic/jetpack, projects/plugins/jetpack/json-endpoints: list-users
  at 0bf0835, list-comments at 0481d0e, update-comment at 1ca1ef2, update-user at 1fe0e07.
- Envelope of errors `{"error", "message"}`: [D] developer.wordpress.com. `search` finds parts of an address, too [U].

A person is a user of the site where the CRM has a contact, and has written a comment for each lead; `spam` and
`trash` are further ones. `pay`: the user has a paid plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

SITE = "82974409"
_LISTED = {"all": ("approved", "unapproved"), "spam": ("spam",), "trash": ("trash",), "approved": ("approved",)}
_ERRORS = {
    401: ("invalid_token", "The OAuth2 token is invalid."),
    403: ("unauthorized", "User cannot view users for specified site"),
    404: ("unknown_comment", "Unknown comment"),
    429: ("too_many_requests", "Slow down"),
}


@dataclass(slots=True)
class _Comment:
    id: int
    email: str
    status: str

    def shown(self) -> dict[str, Any]:
        return {"ID": self.id, "author": {"email": self.email, "name": "x"}, "status": self.status}


@dataclass(slots=True)
class _User:
    id: int
    email: str
    pays: bool = False


class WordpressCom(Vendor):
    name: ClassVar[str] = "wordpress_com"
    auth: ClassVar[str] = "bearer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._users: dict[int, _User] = {}
        self._comments: dict[int, _Comment] = {}
        self._made = 100

    def operations(self) -> Iterable[Operation]:
        root = f"/rest/v1.1/sites/{SITE}"
        yield Operation("site", "GET", root, lambda _: Answer(200, {"ID": int(SITE)}))
        yield Operation("users", "GET", f"{root}/users", self._list_users)
        yield Operation("comments", "GET", f"{root}/comments/", self._list_comments)
        yield Operation("delete_user", "POST", f"{root}/users/{{id}}/delete", self._delete_user)
        yield Operation("delete_comment", "POST", f"{root}/comments/{{id}}/delete", self._delete_comment)

    def error(self, status: int) -> Answer:
        error, message = _ERRORS.get(status, ("unknown_error", "Something went wrong"))
        return Answer(status, {"error": error, "message": message})

    def identities(self, call: Call) -> Sequence[str]:
        return tuple(filter(None, [call.params.get("search")]))

    def seed(self, person: Person) -> None:
        if "Contacts" in person.crm:
            user = _User(self._next(), person.email)
            self._users[user.id] = user
        for _ in filter(lambda module: module == "Leads", person.crm):
            self._write(person.email, "approved")

    def state(self, person: Person) -> dict[str, Any]:
        users = [one for one in self._users.values() if fold(one.email) == fold(person.email)]
        comments = [one.status for one in self._comments.values() if fold(one.email) == fold(person.email)]
        return {"known": bool(users or comments), "users": len(users), "comments": sorted(comments)}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        if event in {"spam", "trash"}:
            self._write(person.email, event)
        elif event in {"pay", "cancel"}:
            for user in self._users.values():
                if fold(user.email) == fold(person.email):
                    user.pays = event == "pay"
        else:
            super().happen(event, person, args)

    def clear(self) -> None:
        self._users.clear()
        self._comments.clear()

    def _next(self) -> int:
        self._made += 1
        return self._made

    def _write(self, email: str, status: str) -> None:
        comment = _Comment(self._next(), email, status)
        self._comments[comment.id] = comment

    def _list_users(self, call: Call) -> Answer:
        wanted = fold(call.params.get("search", ""))
        found = [{"ID": one.id, "email": one.email} for one in self._users.values() if wanted in fold(one.email)]
        return Answer(200, {"found": len(found), "users": found})

    def _list_comments(self, call: Call) -> Answer:
        statuses = _LISTED[call.params.get("status", "approved")]
        rows = [one.shown() for one in reversed(self._comments.values()) if one.status in statuses]
        size = call.number("number", 20)
        if size > 100:  # noqa: PLR2004 - as documented
            return Answer(400, {"error": "invalid_number", "message": "The NUMBER parameter must be less than 100."})
        start = (call.number("page", 1) - 1) * size
        return Answer(200, {"found": len(rows), "site_ID": int(SITE), "comments": rows[start : start + size]})

    def _delete_user(self, call: Call) -> Answer:
        user = self._users.get(int(call.path["id"]))
        if user is None:
            return Answer(400, {"error": "invalid_input", "message": "A user does not exist with that ID."})
        if user.pays:
            return Answer(400, {"error": "user_has_active_subscriptions", "message": "User has active subscriptions"})
        del self._users[user.id]
        kept = isinstance(call.body, dict) and bool(call.body.get("reassign"))
        self.record(call, "delete", (user.email,), given=(str(user.id),), changed=True, posts_kept=kept)
        return Answer(200, {"success": True})

    def _delete_comment(self, call: Call) -> Answer:
        comment = self._comments.get(int(call.path["id"]))
        if comment is None:
            return self.error(404)
        if comment.status not in {"trash", "spam"}:
            comment.status = "trash"
            self.record(call, "deactivate", (comment.email,), given=(str(comment.id),), changed=True)
            return Answer(200, comment.shown())
        del self._comments[comment.id]
        self.record(call, "erase", (comment.email,), given=(str(comment.id),), changed=True)
        return Answer(200, {**comment.shown(), "status": "deleted"})
