"""Of all that could be due, what is: the strictest of the laws, wherever the person may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.reckoning.dues import longer, rank, tier
from schemas.deadlines import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.reckoning.dues import Due
    from schemas.law.rows import DutyLeg

Worlds = tuple[frozenset[str], ...]
"""Regimes that hold together, for each place where the person may be."""


def strictest(found: Iterable[Due], worlds: Worlds) -> dict[DutyLeg, Due]:
    """For each leg: of laws that hold together, a number goes before our own targets; of the places, the earliest.

    The targets of the house are for a leg of which no law says anything, wherever the person may be.
    """
    by_leg: dict[DutyLeg, list[Due]] = {}
    for one in found:
        by_leg.setdefault(one.row.leg, []).append(one)
    return {leg: _first(some, worlds) for leg, some in by_leg.items()}


def _first(found: list[Due], worlds: Worlds) -> Due:
    groups = [_binding(some) for world in worlds if (some := [one for one in found if one.row.regime in world])]
    groups = groups or [_binding(found)]
    best = min((one for group in groups for one in group), key=_soonest)
    laws = sorted((one for one in found if one.row.regime != HOUSE and one is not best), key=_soonest)
    later = min((min(map(longer, group), key=_soonest) for group in groups), key=_soonest)
    return best._replace(others=tuple(laws), later=later if best.row.extension else None)


def _binding(together: list[Due]) -> list[Due]:
    """Those that count: numbers of the law, or targets where there are none."""
    first = min(tier(one) for one in together)
    return [one for one in together if tier(one) == first]


def _soonest(one: Due) -> tuple[int, tuple[int, str]]:
    return one.due_at, rank(one)
