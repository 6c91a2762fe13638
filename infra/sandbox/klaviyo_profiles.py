"""Klaviyo's profiles as its sandbox keeps them, and what they look like in an answer."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from infra.sandbox.people import fold


@dataclass(slots=True)
class Profile:
    """`consents`: channel to SUBSCRIBED, UNSUBSCRIBED or NEVER_SUBSCRIBED; lists, pending: purposes."""

    id: str
    email: str | None
    phone: str | None
    consents: dict[str, str] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)

    def matches(self, attributes: dict[str, Any]) -> bool:
        """By its address or its number."""
        mine = self.names().items()
        return any(value and fold(str(attributes.get(key) or "")) == fold(value) for key, value in mine)

    def names(self) -> dict[str, str | None]:
        return {"email": self.email, "phone_number": self.phone}

    def shown(self) -> dict[str, Any]:
        subscriptions = {
            channel: {
                "marketing": {
                    f"can_receive_{channel}_marketing": self.consents.get(channel) == "SUBSCRIBED",
                    "consent": self.consents.get(channel, "NEVER_SUBSCRIBED"),
                }
            }
            for channel in ("email", "sms")
        }
        attributes = {**self.names(), "subscriptions": subscriptions}
        links = {"self": f"https://a.klaviyo.com/api/profiles/{self.id}/"}
        return {"type": "profile", "id": self.id, "attributes": attributes, "links": links}


class Profiles:
    def __init__(self) -> None:
        self.all: dict[str, Profile] = {}
        self._numbers = itertools.count(1)

    def add(self, email: str | None, phone: str | None) -> Profile:
        profile = Profile(f"01KLAVIYO{next(self._numbers):017d}", email, phone)
        self.all[profile.id] = profile
        return profile

    def matching(self, attributes: dict[str, Any]) -> list[Profile]:
        return [one for one in self.all.values() if one.matches(attributes)]

    def one(self, attributes: dict[str, Any]) -> Profile:
        """The first that matches, or a new one: so does Klaviyo with a stranger."""
        found = self.matching(attributes)
        return found[0] if found else self.add(attributes.get("email"), attributes.get("phone_number"))
