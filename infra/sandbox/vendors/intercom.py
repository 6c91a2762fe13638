"""Intercom API 2.16, https://api.intercom.io (.eu, .au): contacts and their subscription types.

- Paths, bodies, error envelope, 404, 410 with `Link`, what attaching means: [S] intercom/Intercom-OpenAPI 8889625,
  descriptions/2.16/api.intercom.io.yaml. Merged contacts aren't found by the search, new ones after minutes: [S].
- 410 for changing, deleting and subscribing a merged contact, 404 for deleting one that is gone or detaching what
  isn't attached: [U]. That without the version's header a call is refused: [U], a workspace has a default.
- 429 `rate_limit_exceeded` in windows of 10 s: [D] errors/rate-limiting; 10,000 a minute: [T].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.intercom_contacts import Contact, Contacts
from infra.sandbox.limits import Limit
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_LIMITS = (Limit(calls=1667, window_s=10, together=True),)
_ERRORS = {
    400: ("parameter_invalid", "Invalid request"),
    401: ("unauthorized", "Access Token Invalid"),
    403: ("forbidden", "You do not have permission for this"),
    404: ("not_found", "User Not Found"),
    429: ("rate_limit_exceeded", "Exceeded rate limit of 1667 in 10_seconds"),
}
_ROLES = {"Contacts": "user", "Leads": "lead"}


class Intercom(Vendor):
    name: ClassVar[str] = "intercom"
    auth: ClassVar[str] = "bearer"
    required: ClassVar[Mapping[str, str]] = {"Intercom-Version": "2.16"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._contacts = Contacts()

    def operations(self) -> Iterable[Operation]:
        one, subscriptions = "/contacts/{id}", "/contacts/{id}/subscriptions"
        for verb, method, path, handle in (
            ("me", "GET", "/me", self._me),
            ("search", "POST", "/contacts/search", self._search),
            ("subscription_types", "GET", "/subscription_types", self._types),
            ("read", "GET", one, self._about(self._read)),
            ("update", "PUT", one, self._about(self._update)),
            ("delete", "DELETE", one, self._about(self._delete)),
            ("archive", "POST", f"{one}/archive", self._about(self._archive)),
            ("attached", "GET", subscriptions, self._about(self._attached)),
            ("attach", "POST", subscriptions, self._about(self._attach)),
            ("detach", "DELETE", f"{subscriptions}/{{subscription}}", self._about(self._detach)),
        ):
            yield Operation(verb, method, path, handle, limits=_LIMITS)

    def error(self, status: int) -> Answer:
        code, message = _ERRORS.get(status, ("server_error", "Something went wrong"))
        return Answer(status, {"type": "error.list", "errors": [{"code": code, "message": message}]})

    def identities(self, call: Call) -> Sequence[str]:
        contact = self._contacts.by_id(call.path.get("id", ""))
        return (contact.email,) if contact else _searched(call)

    def seed(self, person: Person) -> None:
        """A record of a CRM is a user here, or a lead."""
        for module in person.crm:
            self._contacts.add(person.email, _ROLES[module])

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`chat`: the person becomes one more lead; `merge`: all contacts of the address become one."""
        if event == "chat":
            self._contacts.add(person.email, "lead", self.world.clock() + self.world.crm_search_lag_s)
        elif event == "merge":
            self._contacts.merge(person.email)
        else:
            super().happen(event, person, args)

    def state(self, person: Person) -> dict[str, Any]:
        held = self._contacts.of(person.email)
        contacts = [
            {"role": one.role, "unsubscribed": one.unsubscribed, "archived": one.archived, "out": self._out(one)}
            for one in held
        ]
        return {"known": bool(held), "contacts": contacts}

    def clear(self) -> None:
        self._contacts.clear()

    def _out(self, contact: Contact) -> list[str]:
        """The purposes for which it gets nothing."""
        topics = self.world.topics.items()
        return sorted(p for p, topic in topics if (p in contact.attached) is (topic.kind == "opt_out"))

    def _about(self, handle: Callable[[Call, Contact], Answer]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            named = call.path["id"]
            contact = self._contacts.by_id(named)
            if contact:
                return handle(call, contact)
            if into := self._contacts.merged.get(named):
                gone = {"code": "contact_merged", "message": "This contact has been merged."}
                link = {"Link": f'</contacts/{into}>; rel="canonical"'}
                return Answer(410, {"type": "error.list", "errors": [gone]}, headers=link)
            return self.error(404)

        return answer

    def _me(self, _: Call) -> Answer:
        return Answer(200, {"type": "admin", "id": "991267459", "name": "Sandbox"})

    def _search(self, call: Call) -> Answer:
        found = self._contacts.search(_searched(call), self.world.clock())
        pages = {"type": "pages", "page": 1, "per_page": 50, "total_pages": 1}
        shown = [one.shown() for one in found]
        return Answer(200, {"type": "list", "data": shown, "total_count": len(shown), "pages": pages})

    def _types(self, _: Call) -> Answer:
        return Answer(200, {"type": "list", "data": [self._type(purpose) for purpose in self.world.topics]})

    def _type(self, purpose: str) -> dict[str, Any]:
        topic = self.world.topics[purpose]
        return {"type": "subscription", "id": str(topic.number), "state": "live", "consent_type": topic.kind}

    def _read(self, _: Call, contact: Contact) -> Answer:
        return Answer(200, contact.shown())

    def _update(self, call: Call, contact: Contact) -> Answer:
        out = call.body.get("unsubscribed_from_emails") if isinstance(call.body, dict) else None
        if isinstance(out, bool):
            changed, contact.unsubscribed = contact.unsubscribed is not out, out
            self._record(call, contact, "withdraw" if out else "grant", changed=changed, purpose="*")
        return Answer(200, contact.shown())

    def _delete(self, call: Call, contact: Contact) -> Answer:
        self._contacts.remove(contact)
        self._record(call, contact, "delete", changed=True)
        return Answer(200, {"type": "contact", "id": contact.id, "deleted": True})

    def _archive(self, call: Call, contact: Contact) -> Answer:
        contact.archived = True
        self._record(call, contact, "archive", changed=True)
        return Answer(200, {"type": "contact", "id": contact.id, "archived": True})

    def _attached(self, _: Call, contact: Contact) -> Answer:
        return Answer(200, {"type": "list", "data": [self._type(purpose) for purpose in sorted(contact.attached)]})

    def _attach(self, call: Call, contact: Contact) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        purpose = self.world.topic_of(body.get("id"))
        if purpose is None or body.get("consent_type") != self.world.topics[purpose].kind:
            return self.error(404)
        changed = purpose not in contact.attached
        contact.attached.add(purpose)
        self._record(call, contact, self._meaning(purpose, attached=True), changed=changed, purpose=purpose)
        return Answer(200, self._type(purpose))

    def _detach(self, call: Call, contact: Contact) -> Answer:
        purpose = self.world.topic_of(call.path["subscription"])
        if purpose not in contact.attached:
            return self.error(404)
        contact.attached.remove(purpose)
        self._record(call, contact, self._meaning(purpose, attached=False), changed=True, purpose=purpose)
        return Answer(200, self._type(purpose))

    def _meaning(self, purpose: str, *, attached: bool) -> str:
        return "withdraw" if attached is (self.world.topics[purpose].kind == "opt_out") else "grant"

    def _record(self, call: Call, contact: Contact, effect: str, *, changed: bool, **detail: Any) -> None:
        self.record(call, effect, (contact.email,), given=(contact.id,), changed=changed, **detail)


def _searched(call: Call) -> tuple[str, ...]:
    """The addresses that a search is for."""
    query = call.body.get("query") if isinstance(call.body, dict) else None
    if not isinstance(query, dict):
        return ()
    filters = query["value"] if query.get("operator") == "OR" else [query]
    return tuple(str(one["value"]) for one in filters if one["field"] == "email")
