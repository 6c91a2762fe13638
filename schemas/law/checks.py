"""What must hold across the rows of the law, so that never two of them answer the same question."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.law.model import Law
    from schemas.law.rows import Deadline, Place


def check(law: Law) -> None:
    """Refuse rows that don't fit together.

    Raises:
        ValueError: `table number field: what is wrong`, the first that was found.

    """
    for problem in _problems(law):
        raise ValueError(problem)


def _problems(law: Law) -> Iterator[str]:
    regimes = [regime.id for regime in law.regimes]
    yield from _twice("regimes", "id", regimes)
    yield from _twice("periods", "id", [row.name for row in law.periods])
    for number, regime in enumerate(law.regimes):
        yield from (f"regimes {number} places: {text}" for place in regime.places for text in _unknown(place))
    yield from _homeless("deadlines", regimes, [row.regime for row in law.deadlines])
    yield from _homeless("periods", regimes, [row.regime for row in law.periods])
    for (_, one), (number, other) in combinations(enumerate(law.deadlines), 2):
        if one.regime == other.regime and one.leg == other.leg:
            yield from (f"deadlines {number} {text}" for text in _clashes(one, other))


def _twice(table: str, field: str, names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield f"{table} {number} {field}: {name} stands there twice"


def _homeless(table: str, regimes: Sequence[str], named: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(named):
        if name not in regimes:
            yield f"{table} {number} regime: {name} is not under regimes"


def _unknown(place: Place) -> Iterator[str]:
    for code in place.calendars:
        country, _, part = code.partition("-")
        try:
            holidays.country_holidays(country, subdiv=part or None)
        except NotImplementedError:
            yield f"no calendar is known for {code}"


def _clashes(one: Deadline, other: Deadline) -> Iterator[str]:
    """Two rows may share an event only where their days or channels never meet; one of them may be for channels."""
    shared = sorted(set(one.events) & set(other.events))
    same_channels = one.channels == other.channels or set(one.channels) & set(other.channels)
    if shared and same_channels and _days_meet(one, other):
        yield f"valid_from: overlaps {one.rule} for {shared[0]}"
    elif one.rule == other.rule:
        yield f"topics: {one.rule} stands there twice"


def _days_meet(one: Deadline, other: Deadline) -> bool:
    starts = max(row.valid_from or date.min for row in (one, other))
    return starts <= min(row.valid_to or date.max for row in (one, other))
