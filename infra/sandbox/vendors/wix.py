"""Wix, https://www.wixapis.com: contacts of one site, their trash bin, and marketing consents.

- Paths, fields, `deleteMember`, the trash bin: [D] dev.wix.com, contact-v4 list-contacts, contacts-v5 delete-contact
  and remove-contact-from-trash-bin. Consents with their required activity: [D] upsert-marketing-consent;
  what stands around one, and its types: [S] npm @wix/marketing_marketing-consent@1.0.16.
- Codes of what bars a deletion: [S] npm @wix/auto_sdk_crm_contacts-v-5@1.0.21; HTTP 428 of them: [D] delete-contact.
- 404 of a contact in the bin, or of a consent that is gone: [U]. Envelope of errors: [T]. 200 calls a minute: [D].

A person is a contact for each record in the CRM; `subscribe` gives one a subscription that is paid for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_LIMITS = (Limit(calls=200, window_s=60, together=True),)
_PLACES = {"EMAIL": "email", "PHONE": "phone"}
_NEEDS = {"REVOKED": "lastRevokeActivity", "CONFIRMED": "lastConfirmationActivity"}
_WORDS = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
_BARRED = "CANNOT_DELETE_CONTACT_WITH_BILLING_SUBSCRIPTION"


@dataclass(slots=True)
class _Contact:
    id: str
    email: str
    phone: str | None
    pays: bool = False
    trashed: bool = False

    def shown(self) -> dict[str, Any]:
        phones = [{"e164Phone": self.phone, "primary": True}] if self.phone else []
        info = {"emails": {"items": [{"email": self.email, "primary": True}]}, "phones": {"items": phones}}
        return {"id": self.id, "revision": 1, "info": info}


class Wix(Vendor):
    name: ClassVar[str] = "wix"
    auth: ClassVar[str] = "api_key"
    required: ClassVar[Mapping[str, str]] = {"wix-site-id": "4f8a1c2e-0000-4000-8000-000000000002"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._contacts: dict[str, _Contact] = {}
        self._consents: dict[str, tuple[str, str]] = {}
        self._numbers = count(1)  # of consents that are gone no other one has the id

    def operations(self) -> Iterable[Operation]:
        contacts, consents = "/contacts/v5/contacts", "/marketing-consent/v1/marketing-consent"
        yield Operation("query", "POST", "/contacts/v4/contacts/query", self._query, limits=_LIMITS)
        yield Operation("purge", "DELETE", f"{contacts}/trash-bin/{{id}}", self._purge, limits=_LIMITS)
        yield Operation("delete", "DELETE", f"{contacts}/{{id}}", self._delete, limits=_LIMITS)
        yield Operation("upsert", "POST", f"{consents}/upsert", self._upsert, limits=_LIMITS)
        yield Operation("forget", "DELETE", f"{consents}/{{id}}", self._forget, limits=_LIMITS)

    def error(self, status: int) -> Answer:
        code = _WORDS.get(status, "INTERNAL")
        return Answer(status, {"message": code.lower(), "details": {"applicationError": {"code": code}}})

    def identities(self, call: Call) -> Sequence[str]:
        contact = self._contacts.get(call.path.get("id", ""))
        details = _consent(call).get("details", {})
        return (contact.email,) if contact else tuple(filter(None, [details.get("email"), details.get("phone")]))

    def seed(self, person: Person) -> None:
        for _ in person.crm:
            contact = f"8046df3c-0000-4000-8000-{len(self._contacts) + 1:012d}"
            self._contacts[contact] = _Contact(contact, person.email, person.phone)

    def state(self, person: Person) -> dict[str, Any]:
        mine = [one for one in self._contacts.values() if fold(one.email) == fold(person.email)]
        names = {fold(name) for name in (person.email, person.phone) if name}
        consents = {name: state for name, state in self._consents.values() if name in names}
        known = bool(mine or consents)
        return {"known": known, "trashed": sorted(one.trashed for one in mine), "consents": consents}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`subscribe`: the person pays for a plan; `cancel`: no more."""
        if event not in {"subscribe", "cancel"}:
            super().happen(event, person, args)
        for contact in self._contacts.values():
            if fold(contact.email) == fold(person.email):
                contact.pays = event == "subscribe"

    def clear(self) -> None:
        self._contacts.clear()
        self._consents.clear()

    def _query(self, call: Call) -> Answer:
        query = call.body.get("query", {}) if isinstance(call.body, dict) else {}
        asked = query.get("filter", {})
        emails = {fold(one) for one in asked.get("info.emails.email", {}).get("$in", ())}
        phones = set(asked.get("info.phones.e164Phone", {}).get("$in", ()))
        there = [one for one in self._contacts.values() if not one.trashed]
        found = [one.shown() for one in there if fold(one.email) in emails or one.phone in phones or not asked]
        first, size = query.get("paging", {}).get("offset", 0), query.get("paging", {}).get("limit", 50)
        page = found[first : first + size]
        return Answer(200, {"contacts": page, "pagingMetadata": {"count": len(page), "total": len(found)}})

    def _delete(self, call: Call) -> Answer:
        contact = self._contacts.get(call.path["id"])
        if contact is None or contact.trashed:
            return self.error(404)
        if contact.pays:
            return Answer(428, {"message": "", "details": {"applicationError": {"code": _BARRED}}})
        contact.trashed = True
        member = call.params.get("deleteMember") == "true"
        self.record(call, "delete", (contact.email,), given=(contact.id,), changed=True, member=member)
        return Answer(200, {})

    def _purge(self, call: Call) -> Answer:
        contact = self._contacts.get(call.path["id"])
        if contact is None or not contact.trashed:
            return self.error(404)
        del self._contacts[contact.id]
        self.record(call, "purge", (contact.email,), given=(contact.id,), changed=True)
        return Answer(200, {})

    def _upsert(self, call: Call) -> Answer:
        body = _consent(call)
        details, state = body.get("details", {}), body.get("state")
        name = fold(str(details.get(_PLACES.get(str(details.get("type")), "")) or ""))
        if not name or not body.get(_NEEDS.get(str(state), "")):
            return Answer(400, {"message": "", "details": {"validationError": {"fieldViolations": []}}})
        known = next((key for key, (one, _) in self._consents.items() if one == name), None)
        consent = known or f"aa8a62f5-0000-4000-8000-{next(self._numbers):012d}"
        changed = self._consents.get(consent) != (name, state)
        self._consents[consent] = (name, str(state))
        self.record(call, "withdraw" if state == "REVOKED" else "grant", (name,), changed=changed)
        return Answer(200, {"marketingConsent": {"id": consent, "details": details, "state": state}})

    def _forget(self, call: Call) -> Answer:
        consent = self._consents.pop(call.path["id"], None)
        if consent is None:
            return self.error(404)
        self.record(call, "erase", (consent[0],), given=(call.path["id"],), changed=True)
        return Answer(200, {})


def _consent(call: Call) -> Mapping[str, Any]:
    return call.body.get("marketingConsent") or {} if isinstance(call.body, dict) else {}
