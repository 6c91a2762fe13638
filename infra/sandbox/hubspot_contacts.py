"""HubSpot's contacts: one per address, and each may have further ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from infra.sandbox.people import fold

if TYPE_CHECKING:
    from collections.abc import Collection

_FIRST_ID = 101


@dataclass(slots=True)
class Contact:
    """`found_from`: when the search knows it."""

    id: str
    email: str
    found_from: float = 0.0
    archived: bool = False
    further: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> set[str]:
        return {fold(self.email), *self.further}

    def shown(self) -> dict[str, Any]:
        properties = {"email": self.email, "hs_additional_emails": ";".join(self.further) or None}
        return {"id": self.id, "properties": properties, "archived": self.archived}


class Contacts:
    """An id is never given out twice."""

    def __init__(self) -> None:
        self._by_id: dict[str, Contact] = {}
        self._by_email: dict[str, Contact] = {}
        self._ids = count(_FIRST_ID)

    def add(self, email: str, found_from: float = 0.0) -> None:
        contact = Contact(str(next(self._ids)), email, found_from)
        self._by_id[contact.id] = self._by_email[fold(email)] = contact

    def by_id(self, contact_id: str) -> Contact | None:
        return self._by_id.get(contact_id)

    def add_further(self, email: str, further: str) -> None:
        contact = self._by_email[fold(email)]
        contact.further.append(fold(further))
        self._by_email[fold(further)] = contact

    def of(self, email: str) -> Contact | None:
        """Who has the address, as its own or as a further one."""
        return self._by_email.get(fold(email))

    def search(self, wanted: Collection[str], now: float) -> list[Contact]:
        found = {one.id: one for email in wanted if (one := self.of(email))}
        return [one for one in found.values() if one.found_from <= now and not one.archived]

    def remove(self, contact: Contact) -> None:
        del self._by_id[contact.id]
        for email in contact.addresses:
            del self._by_email[email]

    def clear(self) -> None:
        self._by_id.clear()
        self._by_email.clear()
