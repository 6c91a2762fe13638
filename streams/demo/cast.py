"""The people of a demo, and the three of them for whom a vendor doesn't work as it should."""

from __future__ import annotations

from dataclasses import dataclass

from infra.sandbox import Fault, Person, make_people

FLAKY_CALLS = 2
"""So many calls fail before the vendor works again."""


@dataclass(frozen=True, slots=True)
class Cast:
    """flaky: at which vendors whose first calls fail; broken: the vendor that never answers one person, and who."""

    people: tuple[Person, ...]
    flaky: tuple[tuple[str, Person], ...]
    broken: tuple[str, Person]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults to arm in the sandbox."""
        first = (
            Fault(kind="status", status=503, vendor=vendor, person=person.key, times=FLAKY_CALLS)
            for vendor, person in self.flaky
        )
        vendor, person = self.broken
        return (*first, Fault(kind="status", status=500, vendor=vendor, person=person.key))

    @property
    def special(self) -> tuple[Person, ...]:
        return (*(person for _, person in self.flaky), self.broken[1])


def make_cast(count: int, seed: int) -> Cast:
    """`count` people, the same for the same seed; the special ones are among those whom the CRM knows."""
    people = tuple(make_people(count, seed))
    crm, campaigns, broken = [person for person in people if person.crm][:3]
    return Cast(people, (("zoho_crm", crm), ("zoho_campaigns", campaigns)), ("zoho_crm", broken))
