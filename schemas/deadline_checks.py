"""What must hold across the rows of the deadlines, so that never two of them answer the same question."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import holidays

from schemas.deadline_models import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.deadline_models import Period, Place
    from schemas.deadlines import Law


def check(law: Law) -> None:
    """Refuse rows that don't fit together.

    Raises:
        ValueError: `row: field: what is wrong`, the first that was found.

    """
    for problem in _problems(law):
        raise ValueError(problem)


def _problems(law: Law) -> Iterator[str]:
    regimes = [regime.id for regime in law.regimes]
    yield from (f"regimes {twice}: id: stands there twice" for twice in _repeated(regimes))
    yield from (f"{twice}: id: stands there twice" for twice in _repeated(name_of(row) for row in law.periods))
    for regime in law.regimes:
        yield from (f"regimes {regime.id}: places: {text}" for place in regime.places for text in _unknown(place))
    rows: tuple[Deadline | Period, ...] = (*law.deadlines, *law.periods)
    for row in rows:
        if row.regime not in regimes:
            yield f"{name_of(row)}: regime: {row.regime} is not under regimes"
    for one, other in combinations(law.deadlines, 2):
        if one.regime == other.regime and one.leg == other.leg:
            yield from _overlaps(one, other)


def name_of(row: Deadline | Period) -> str:
    return f"deadlines {row.rule}" if isinstance(row, Deadline) else f"periods {row.regime}.{row.id}"


def _unknown(place: Place) -> Iterator[str]:
    for code in place.calendars:
        country, _, part = code.partition("-")
        try:
            holidays.country_holidays(country, subdiv=part or None)
        except NotImplementedError:
            yield f"no calendar is known for {code}"


def _overlaps(one: Deadline, other: Deadline) -> Iterator[str]:
    """Two rows may share an event only where their days or channels never meet; one of them may be for channels."""
    shared = sorted(set(one.events) & set(other.events))
    same_channels = one.channels == other.channels or set(one.channels) & set(other.channels)
    if shared and same_channels and _days_meet(one, other):
        yield f"deadlines {other.rule}: valid_from: overlaps {one.rule} for {shared[0]}"
    elif one.rule == other.rule:
        yield f"deadlines {other.rule}: topic: this rule stands there twice"


def _days_meet(one: Deadline, other: Deadline) -> bool:
    starts = max(row.valid_from or date.min for row in (one, other))
    return starts <= min(row.valid_to or date.max for row in (one, other))


def _repeated(ids: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(ids).items() if count > 1]
