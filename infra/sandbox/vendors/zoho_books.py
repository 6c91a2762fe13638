"""Zoho Books, API v3: contacts, and what keeps them there. Host www.zohoapis.<dc>, paths below /books/v3.

- Paths, parameters, answers of success: [D] zoho.com/books/api/v3/contacts, .../contact-persons; errors come as HTTP
  400, 401, 404, 429, 500 with `code` and `message` [D] .../errors.
- 1002 with HTTP 404 for a contact that isn't there, 3000 with HTTP 400 for one with transactions: [C] recorded by
  others, codes also [D] zoho.com/invoice/api/v3/contacts. 3062 for a name that another contact has [D], as HTTP 400
  [U].
- 57 for a bad token [T]; 6041 for somebody else's organisation [U]; 45 for too many calls [T], 100 in a minute [D].
- `email` looks at the primary contact person alone: [S] openapi-all/contacts.yml, a copy of Zoho's OpenAPI in
  fordez/zoho-books-mcp-server-openapi@d8c26c4. It finds parts of an address, too [U]: the strictest reading for who
  relies on it. There is no `GET /contacts/contactpersons` [S] contact-persons.yml.
- A deleted first contact person makes the next one the first [U].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

ORGANISATION = "10234695"
_LIMITS = (Limit(calls=100, window_s=60, together=True),)
_NEWEST = "2024-03-31"
"""Of every document in the books."""
_ERRORS = {
    401: (57, "You are not authorized to perform this operation"),
    404: (5, "Invalid URL Passed"),
    429: (45, "You have exceeded the maximum number of API calls that can be made."),
}


@dataclass(slots=True)
class _Contact:
    key: str
    fields: dict[str, Any]
    persons: dict[str, dict[str, Any]]
    has_transactions: bool = False
    inactive: bool = False

    @property
    def email(self) -> str:
        """Of the primary contact person, whom list and search know alone."""
        return str(next(iter(self.persons.values()), {}).get("email", ""))

    def shown(self, contact_id: str) -> dict[str, Any]:
        status = "inactive" if self.inactive else "active"
        return {"contact_id": contact_id, "status": status, "email": self.email, **self.fields}


@dataclass(slots=True)
class _Books:
    contacts: dict[str, _Contact] = field(default_factory=dict)
    made: int = 460000000026048

    def next_id(self) -> str:
        self.made += 1
        return str(self.made)


class ZohoBooks(Vendor):
    name: ClassVar[str] = "zoho_books"
    issuer: ClassVar[str | None] = "zoho_accounts"
    scheme: ClassVar[str] = "Zoho-oauthtoken"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._books = _Books()

    def operations(self) -> Iterable[Operation]:
        root = "/books/v3"
        one = f"{root}/contacts/{{id}}"
        for verb, method, path, handle in (
            ("list", "GET", f"{root}/contacts", self._list),
            ("get", "GET", one, self._on(self._get)),
            ("update", "PUT", one, self._on(self._update)),
            ("delete", "DELETE", one, self._on(self._delete)),
            ("inactive", "POST", f"{one}/inactive", self._on(self._sleep)),
            ("delete_person", "DELETE", f"{root}/contacts/contactpersons/{{id}}", self._delete_person),
            ("invoices", "GET", f"{root}/invoices", self._invoices),
            ("bills", "GET", f"{root}/bills", lambda _: _said(bills=[])),
        ):
            yield Operation(verb, method, path, self._in_books(handle), limits=_LIMITS)

    def error(self, status: int) -> Answer:
        code, message = _ERRORS.get(status, (1000, "Internal error"))
        return Answer(status, {"code": code, "message": message})

    def identities(self, call: Call) -> Sequence[str]:
        contact = self._books.contacts.get(call.path.get("id", ""))
        return tuple(name for name in (call.params.get("email"), contact and contact.key) if name)

    def seed(self, person: Person) -> None:
        for kind in person.books:
            self._books.contacts[self._books.next_id()] = self._made(person, kind)

    def state(self, person: Person) -> dict[str, Any]:
        mine = [one for one in self._books.contacts.values() if one.key == person.key]
        shown = [
            {"name": one.fields["contact_name"], "persons": len(one.persons), "inactive": one.inactive}
            for one in mine
        ]
        known = fold(person.email) in str([(one.fields, one.persons) for one in mine]).casefold()
        return {"known": known, "contacts": shown}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`documents_deleted`: nothing keeps the person's contacts there any more."""
        if event != "documents_deleted":
            super().happen(event, person, args)
        for contact in self._books.contacts.values():
            if contact.key == person.key:
                contact.has_transactions = False

    def clear(self) -> None:
        self._books.contacts.clear()

    def _made(self, person: Person, kind: str) -> _Contact:
        mine = {"first_name": person.key, "email": person.email, "phone": "+1-925-921-9201"}
        will = {"first_name": "Will", "email": "will@bowman.example.test"}
        there = {"company": [mine, will], "colleague": [will, mine]}.get(kind)
        persons = {self._books.next_id(): one for one in there or [mine]}
        sub_type = "business" if there else "individual"
        name = f"{'Bowman and Co' if there else person.key} {self._books.made}"
        fields = {"contact_name": name, "customer_sub_type": sub_type, "billing_address": {"city": "Pleasanton"}}
        return _Contact(person.key, fields, persons, has_transactions=kind != "free")

    def _in_books(self, handle: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def checked(call: Call) -> Answer:
            if call.params.get("organization_id") == ORGANISATION:
                return handle(call)
            return _refused(6041, "This user is not associated with the CompanyID/CompanyName.")

        return checked

    def _on(self, handle: Callable[[Call, str, _Contact], Answer]) -> Callable[[Call], Answer]:
        def found(call: Call) -> Answer:
            contact_id = call.path["id"]
            contact = self._books.contacts.get(contact_id)
            return handle(call, contact_id, contact) if contact else _refused(1002, "Contact does not exist.", 404)

        return found

    def _list(self, call: Call) -> Answer:
        wanted, page, size = fold(call.params.get("email", "")), call.number("page", 1), call.number("per_page", 200)
        is_active = call.params.get("filter_by", "Status.Active") != "Status.All"
        hits = [
            one.shown(contact_id)
            for contact_id, one in self._books.contacts.items()
            if not (is_active and one.inactive) and wanted in fold(one.email)
        ]
        here = hits[(page - 1) * size : page * size]
        return _said(contacts=here, page_context={"page": page, "has_more_page": len(hits) > page * size})

    def _get(self, _: Call, contact_id: str, contact: _Contact) -> Answer:
        people = [{"contact_person_id": one, **person} for one, person in contact.persons.items()]
        return _said(contact={**contact.shown(contact_id), "contact_persons": people})

    def _update(self, call: Call, contact_id: str, contact: _Contact) -> Answer:
        wanted = dict(call.body or {})
        others = {one.fields["contact_name"] for key, one in self._books.contacts.items() if key != contact_id}
        if wanted.get("contact_name") in others:
            return _refused(3062, "The contact already exists. Please specify a different name.")
        if "contact_persons" in wanted:
            named = {str(person.get("contact_person_id")) for person in wanted.pop("contact_persons")}
            contact.persons = {key: person for key, person in contact.persons.items() if key in named}
        changed = {**contact.fields, **wanted} != contact.fields
        contact.fields |= wanted
        self.record(call, "mask", (contact.key,), changed=changed)
        return _said(contact={**contact.shown(contact_id), "last_modified_time": "2026-01-02T10:00:00+0000"})

    def _delete(self, call: Call, contact_id: str, contact: _Contact) -> Answer:
        if contact.has_transactions:
            text = (
                "These contacts cannot be deleted as they are associated either with some documents or transactions."
            )
            return _refused(3000, text)
        del self._books.contacts[contact_id]
        self.record(call, "delete", (contact.key,), changed=True)
        return _said("The contact has been deleted.")

    def _sleep(self, call: Call, _: str, contact: _Contact) -> Answer:
        self.record(call, "deactivate", (contact.key,), changed=not contact.inactive)
        contact.inactive = True
        return _said("The contact has been marked as inactive.")

    def _delete_person(self, call: Call) -> Answer:
        for contact in self._books.contacts.values():
            if contact.persons.pop(call.path["id"], None):
                self.record(call, "delete", (contact.key,), changed=True)
                return _said("The contact person has been deleted.")
        return _refused(1002, "Contact person does not exist.", 404)

    def _invoices(self, call: Call) -> Answer:
        contact = self._books.contacts.get(call.params.get("customer_id", ""))
        rows = [{"invoice_id": "1", "date": _NEWEST}] if contact and contact.has_transactions else []
        return _said(invoices=rows)


def _said(message: str = "success", **more: Mapping[str, Any] | Sequence[Any]) -> Answer:
    return Answer(200, {"code": 0, "message": message, **more})


def _refused(code: int, message: str, status: int = 400) -> Answer:
    return Answer(status, {"code": code, "message": message})
