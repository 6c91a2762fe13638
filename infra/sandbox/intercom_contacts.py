"""Intercom's contacts: users and leads, several for one address; a merged one leads to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from infra.sandbox.people import fold

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(slots=True)
class Contact:
    """`attached`: purposes of the subscription types that it has. `found_from`: when the search knows it."""

    id: str
    role: str
    email: str
    found_from: float = 0.0
    unsubscribed: bool = False
    archived: bool = False
    attached: set[str] = field(default_factory=set)

    def shown(self) -> dict[str, Any]:
        who = {"type": "contact", "id": self.id, "role": self.role, "email": self.email, "external_id": None}
        return {**who, "unsubscribed_from_emails": self.unsubscribed}


class Contacts:
    """An id is never given out twice. `merged`: ids → the one that each was merged into."""

    def __init__(self) -> None:
        self.merged: dict[str, str] = {}
        self._by_id: dict[str, Contact] = {}
        self._by_email: dict[str, list[Contact]] = {}
        self._ids = count(1)

    def add(self, email: str, role: str, found_from: float = 0.0) -> None:
        contact = Contact(f"6762f0cd1bb69f9f{next(self._ids):08x}", role, email, found_from)
        self._by_id[contact.id] = contact
        self._by_email.setdefault(fold(email), []).append(contact)

    def by_id(self, contact_id: str) -> Contact | None:
        return self._by_id.get(contact_id)

    def of(self, email: str) -> list[Contact]:
        return list(self._by_email.get(fold(email), ()))

    def search(self, emails: Collection[str], now: float) -> list[Contact]:
        found = [one for email in dict.fromkeys(map(fold, emails)) for one in self.of(email)]
        return [one for one in found if one.found_from <= now and not one.archived]

    def remove(self, contact: Contact) -> None:
        del self._by_id[contact.id]
        self._by_email[fold(contact.email)].remove(contact)

    def merge(self, email: str) -> None:
        """All of this address become the first of them."""
        first, *others = self.of(email)
        for other in others:
            self.remove(other)
            self.merged[other.id] = first.id

    def clear(self) -> None:
        for kept in (self.merged, self._by_id, self._by_email):
            kept.clear()
