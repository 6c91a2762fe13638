"""The people of a demo, and the three at each CRM and mailing list for whom the vendor doesn't work as it should."""

from __future__ import annotations

from dataclasses import dataclass

from infra.sandbox import Fault, Person, make_people
from streams.demo.accounts import ACCOUNTS, CONTROLLER, lists_of

_FAILING = (("zoho_crm", "zoho_campaigns"), ("hubspot", "intercom"))
"""A CRM and a sender of mail that fail somebody, where a controller has them."""
FLAKY_CALLS = 2
"""So many calls fail before the vendor works again."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One controller's. flaky: at which vendors whose first calls fail; broken: who is never answered at which."""

    people: tuple[Person, ...]
    flaky: tuple[tuple[str, Person], ...]
    broken: tuple[tuple[str, Person], ...]
    controller: str = CONTROLLER

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults to arm in the sandbox."""
        first = (
            Fault(kind="status", status=503, vendor=vendor, person=person.key, times=FLAKY_CALLS)
            for vendor, person in self.flaky
        )
        never = (Fault(kind="status", status=500, vendor=vendor, person=person.key) for vendor, person in self.broken)
        return (*first, *never)

    @property
    def special(self) -> tuple[Person, ...]:
        return tuple(person for _, person in (*self.flaky, *self.broken))


def make_cast(count: int, seed: int, controller: str = CONTROLLER) -> Cast:
    """`count` people, the same for the same seed; the special ones are among those whom its CRM knows."""
    who = "subject" if controller == CONTROLLER else controller
    people = tuple(make_people(count, seed, who, lists_of(controller)))
    failing = next((pair for pair in _FAILING if pair[0] in ACCOUNTS[controller]), None)
    if failing is None:
        return Cast(people, (), (), controller)
    crm, mail = failing
    first, second, broken = [person for person in people if person.crm][:3]
    return Cast(people, ((crm, first), (mail, second)), ((crm, broken),), controller)
