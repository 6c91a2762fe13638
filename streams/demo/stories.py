"""What people of a demo choose, one after the other: grants, withdrawals of every kind, deletions, regrets.

They also object, let a consent run out, and ask for a copy of their data.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schemas.events import ConsentEvent
from schemas.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from infra.sandbox import Person
    from schemas.policy import Policy
    from streams.demo.cast import Cast

SPAN = 86_400 * SECOND
"""The choices were made within a day ..."""
AGO = 60 * SECOND
"""... that ended a minute ago: no clock rule applies to them."""
TIES = 0.02
GRANT, BY_PURPOSE, BY_CHANNEL, OF_ALL, DELETION = "grant", "by purpose", "by channel", "of all", "deletion"
OBJECTION, EXPIRY, ACCESS = "objection", "expiry", "access"
_KINDS = {
    GRANT: "consent.granted",
    DELETION: "deletion.requested",
    OBJECTION: "objection.raised",
    EXPIRY: "consent.expired",
    ACCESS: "access.requested",
}
_SELDOM = {OBJECTION: 5, EXPIRY: 3, ACCESS: 3}
_NEXT = {  # what comes after what, and how often
    None: {GRANT: 50, BY_PURPOSE: 20, BY_CHANNEL: 10, OF_ALL: 8, DELETION: 12},
    GRANT: {GRANT: 15, BY_PURPOSE: 38, BY_CHANNEL: 15, OF_ALL: 12, DELETION: 20},
    BY_PURPOSE: {GRANT: 55, BY_PURPOSE: 12, BY_CHANNEL: 8, OF_ALL: 5, DELETION: 20},
    BY_CHANNEL: {GRANT: 55, BY_PURPOSE: 10, BY_CHANNEL: 10, OF_ALL: 5, DELETION: 20},
    OF_ALL: {GRANT: 55, BY_PURPOSE: 10, BY_CHANNEL: 5, OF_ALL: 5, DELETION: 25},
    DELETION: {GRANT: 70, BY_PURPOSE: 10, BY_CHANNEL: 5, OF_ALL: 3, DELETION: 12},
}
_GRANT_CHANNELS: tuple[tuple[str, ...], ...] = ((), ("email",), ("email", "web"), ("web", "ads"), ("sms", "phone"))
_METHODS = ("web_form", "api", "support", "import")


@dataclass(frozen=True, slots=True)
class Choice:
    """An event as it happened; `what`: the word for it in these stories."""

    event: ConsentEvent
    what: str


@dataclass
class Teller:
    """Tells stories of the people in `cast`, who choose about the policy's purposes; mostly `favourites`."""

    cast: Cast
    policy: Policy
    favourites: Sequence[str]
    rng: Random
    _last: dict[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        laws = self.policy.regimes
        self._places: tuple[str | None, ...] = (None, *sorted({place for law in laws for place in law.jurisdictions}))

    def tell(self, count: int, now: int) -> Iterator[Choice]:
        """`count` choices in the order in which they were made, the last one shortly before `now` (µs)."""
        special = iter(self.cast.special)
        active = self._active(count)
        for number in range(count):
            at = now - AGO - SPAN + SPAN * number // count
            if person := next(special, None):  # what they choose must reach the vendor that fails them
                choice = self._make(person, OF_ALL, {"purposes": None}, at=at)
            else:
                choice = self._another(self.rng.choice(active), at)
            self._last[choice.event.subject_id] = choice
            yield choice

    def event(self, person: Person, **fields: Any) -> ConsentEvent:
        """An event of this person, with everything that all events have in common."""
        base = {
            "event_id": str(UUID(int=self.rng.getrandbits(128), version=4)),
            "controller": self.cast.controller,
            "subject_id": person.key,
            "identities": [
                {"type": "email", "value": person.email},
                {"type": "ga_client_id", "value": person.ga_client_id},
            ],
            "jurisdiction": self.rng.choice(self._places),
            "policy_version": self.rng.choice((None, self.policy.version)),
            "method": self.rng.choices(_METHODS, (60, 25, 10, 5))[0],
            "published_by": "demo",
        }
        return ConsentEvent.parse({**base, **fields})

    def purposes(self, most: int) -> tuple[str, ...]:
        """A few purposes; one in five times from the whole policy."""
        rare = self.rng.random() < 0.2  # noqa: PLR2004
        source = self.policy.purposes_of("pii") if rare else self.favourites
        chosen = self.rng.sample(source, min(len(source), self.rng.randint(1, most)))
        return self.policy.in_order(chosen)

    def _active(self, count: int) -> list[Person]:
        """So few that most of them choose more than once."""
        special = {person.key for person in self.cast.special}
        others = [person for person in self.cast.people if person.key not in special]
        return others[: max(1, count // 2)]

    def _another(self, person: Person, at: int) -> Choice:
        before = self._last.get(person.key)
        said = before.what if before else None
        weights = _NEXT.get(said, _NEXT[BY_PURPOSE]) | _SELDOM
        what = self.rng.choices(list(weights), list(weights.values()))[0]
        if before and self.rng.random() < TIES:
            at = before.event.occurred_at
        return self._make(person, what, self._scope(what), at=at)

    def _make(self, person: Person, what: str, scope: dict[str, Any], at: int) -> Choice:
        kind = _KINDS.get(what, "consent.withdrawn")
        return Choice(self.event(person, kind=kind, occurred_at=at, **scope), what)

    def _scope(self, what: str) -> dict[str, Any]:
        if what == GRANT:
            everything = self.rng.random() < 0.15  # noqa: PLR2004
            channels = self.rng.choices(_GRANT_CHANNELS, (60, 20, 8, 7, 5))[0]
            return {"purposes": None if everything else self.purposes(3), "channels": channels}
        if what in {BY_PURPOSE, OBJECTION, EXPIRY}:
            return {"purposes": self.purposes(2)}
        if what == BY_CHANNEL:
            named = self.rng.choice((None, self.purposes(3)))
            return {"purposes": named, "channels": (self.rng.choice(("email", "email", "web", "ads", "sms")),)}
        return {"purposes": None}


def by_person(choices: Sequence[Choice]) -> dict[str, list[int]]:
    """subject_id → places of that person's choices."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, choice in enumerate(choices):
        places[choice.event.subject_id].append(place)
    return places
