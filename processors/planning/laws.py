"""Which laws could apply to an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.reckoning.scope import scope
from schemas.deadlines import law

if TYPE_CHECKING:
    from processors.reckoning.scope import Scope
    from schemas.policy import Policy

CHILD = "child-age"
"""The period of a law that is about children alone: those below that age."""


def scope_at(policy: Policy, jurisdiction: str | None, age: int | None = None) -> Scope:
    """The laws that could apply; of somebody's known age, without those that are about younger people alone."""
    found = scope(policy.regimes, jurisdiction)
    if age is None:
        return found
    young = {p.regime for p in law().periods if p.id == CHILD and age >= p.amount}
    worlds = tuple(world for known in found.worlds if (world := known - young))
    return found._replace(regimes=tuple(r for r in found.regimes if r not in young), worlds=worlds)
