"""ActiveCampaign API v3, host <account>.api-us1.com.

- Paths, bodies, statuses 200, 201, 404 and 422 with their texts: [S] activecampaign-v3.json as kept in
  api-evangelist/activecampaign 6295cc5. Numbers as text in some answers and as numbers in others: [S] its examples.
- 201 where a contact is new on a list: [U]; 200 is documented, but so it is of new lists and addresses, which are
  answered by 201: [C] mhenrixon/active_campaign a748798, spec/cassettes.
- Statuses of a list: 1 and 2 [S], 91 [D], 0 and 3 [U]. A deleted contact is restorable for 30 days: [D] help centre;
  here it is out of reach at once.
- 5 calls a second in an account, 429 with Retry-After: [T] quoting reference/rate-limits. 403 for a bad token,
  and its words: [U].
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_LIMITS = (Limit(calls=5, window_s=1, together=True),)
_SEEDED = {"active": "1", "pending": "0", "unsub": "2"}
_HAPPENS = {"unsubscribe": "2", "bounce": "3", "confirm": "1", "remove": "91"}


class ActiveCampaign(Vendor):
    name: ClassVar[str] = "activecampaign"
    auth: ClassVar[str] = "api_key"
    key_header: ClassVar[tuple[str, str]] = ("Api-Token", "{}")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._purposes = {mailing_list.key: purpose for purpose, mailing_list in world.mailing_lists.items()}
        self._emails: dict[str, str] = {}
        """Contact's id to its address."""
        self._lists: dict[str, dict[str, str]] = {}
        """Contact's id, then list, to the status."""
        self._numbers = itertools.count(1)

    def operations(self) -> Iterable[Operation]:
        contact = "/api/3/contacts/{id}"
        for verb, method, path, handle in (
            ("list_contacts", "GET", "/api/3/contacts", self._search),
            ("create_contact", "POST", "/api/3/contacts", self._create),
            ("delete_contact", "DELETE", contact, self._delete),
            ("contact_lists", "GET", f"{contact}/contactLists", self._memberships),
            ("update_list_status", "POST", "/api/3/contactLists", self._update),
            ("get_list", "GET", "/api/3/lists/{id}", self._list),
        ):
            yield Operation(verb, method, path, handle, limits=_LIMITS)

    def error(self, status: int) -> Answer:
        texts = {403: "You are not authorized to access this file", 404: "No Result found for route"}
        return Answer(status, {"message": texts.get(status, "The request could not be processed")})

    def throttled(self, limit: Limit | None) -> Answer:  # noqa: ARG002 - there is one
        return Answer(429, self.error(429).body, headers={"Retry-After": "1"})

    def authorize(self, call: Call, operation: Operation) -> Answer | None:
        refused = super().authorize(call, operation)
        return self.error(403) if refused and refused.status == 401 else refused  # noqa: PLR2004

    def identities(self, call: Call) -> Sequence[str]:
        named = (call.body or {}).get("contactList", {}).get("contact") if isinstance(call.body, dict) else None
        email = self._emails.get(call.path.get("id", str(named)))
        return tuple(filter(None, (call.params.get("email"), email)))

    def seed(self, person: Person) -> None:
        if person.lists:
            lists = {key: _SEEDED[person.lists[p]] for key, p in self._purposes.items() if p in person.lists}
            self._add(person.email, lists)

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """With a `purpose`: `unsubscribe`, `bounce`, `confirm`, `remove` off the list; `add` makes a contact."""
        if event == "add":
            self._add(person.email, {})
            return
        if event not in _HAPPENS:
            super().happen(event, person, args)
        for contact in self._of(person.email):
            self._lists[contact][self.world.mailing_lists[args["purpose"]].key] = _HAPPENS[event]

    def state(self, person: Person) -> dict[str, Any]:
        mine = self._of(person.email)
        lists = [{self._purposes[key]: status for key, status in self._lists[one].items()} for one in mine]
        return {"known": bool(mine), "contacts": len(mine), "lists": lists}

    def clear(self) -> None:
        self._emails.clear()
        self._lists.clear()

    def _search(self, call: Call) -> Answer:
        ids = self._of(call.params.get("email", ""))
        contacts = [{"id": one, "email": self._emails[one], "phone": ""} for one in ids]
        return Answer(200, {"scoreValues": [], "contacts": contacts, "meta": {"total": str(len(ids))}})

    def _create(self, call: Call) -> Answer:
        email = str(call.body.get("contact", {}).get("email", "")) if isinstance(call.body, dict) else ""
        if "@" not in email or self._of(email):
            code = "duplicate" if self._of(email) else "field_missing"
            error = {"title": "Email address already exists in the system", "detail": "", "code": code}
            return Answer(422, {"errors": [error]})
        contact = self._add(email, {})
        self.record(call, "create", (email,), changed=True)
        return Answer(201, {"fieldValues": [], "contact": {"id": contact, "email": email}})

    def _delete(self, call: Call) -> Answer:
        contact = call.path["id"]
        if contact not in self._emails:
            return Answer(404, {"message": f"No result found for contact with id {contact}"})
        email = self._emails.pop(contact)
        del self._lists[contact]
        self.record(call, "delete", (email,), given=(contact,), changed=True)
        return Answer(200, {})

    def _memberships(self, call: Call) -> Answer:
        contact = call.path["id"]
        if contact not in self._lists:
            return Answer(404, {"message": f"No Result found for Subscriber with id {contact}"})
        several = [{"contact": contact, "list": key, "status": s} for key, s in self._lists[contact].items()]
        return Answer(200, {"contactLists": several})

    def _update(self, call: Call) -> Answer:
        asked = call.body.get("contactList", {}) if isinstance(call.body, dict) else {}
        contact, key, status = (str(asked.get(one)) for one in ("contact", "list", "status"))
        if key not in self._purposes or status not in {"1", "2"}:
            return Answer(400, {})
        if contact not in self._lists:
            return Answer(404, {"message": f"No Result found for Subscriber with id {contact}"})
        before = self._lists[contact].get(key)
        self._lists[contact][key] = status
        effect = "grant" if status == "1" else "withdraw"
        self.record(call, effect, (self._emails[contact],), changed=before != status, purpose=self._purposes[key])
        said = {"contacts": [], "contactList": {"contact": contact, "list": key, "status": int(status)}}
        return Answer(201 if before is None else 200, said)

    def _list(self, call: Call) -> Answer:
        key = call.path["id"]
        if key not in self._purposes:
            return Answer(404, {"message": f"No Result found for _List with id {key}"})
        return Answer(200, {"list": {"id": key, "name": self._purposes[key]}})

    def _add(self, email: str, lists: dict[str, str]) -> str:
        contact = str(next(self._numbers))
        self._emails[contact], self._lists[contact] = email, lists
        return contact

    def _of(self, email: str) -> list[str]:
        return [contact for contact, one in self._emails.items() if fold(one) == fold(email)]
