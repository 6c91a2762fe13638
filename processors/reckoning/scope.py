"""Which regimes could apply to an event: by what the policy lists, and by where the person is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from schemas.regimes import is_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.law.rows import Place, Regime


class Listed(Protocol):
    """A row of a policy's `regimes`."""

    @property
    def id(self) -> str: ...
    @property
    def jurisdictions(self) -> Sequence[str]: ...


class Scope(NamedTuple):
    """The regimes that could apply. `assumed`: what wasn't known, so that the strictest of them holds."""

    regimes: tuple[str, ...]
    jurisdiction: str | None
    assumed: str | None


def scope(listed: Iterable[Listed], jurisdiction: str | None) -> Scope:
    """Choose of a policy's regimes. No jurisdiction, or one that none of them covers: all could apply.

    Raises:
        DeadlineError: a regime that we have no file for.

    """
    rows = tuple((row.id, tuple(row.jurisdictions)) for row in listed)
    return _scope(rows, jurisdiction.strip().upper() if jurisdiction else None)


@lru_cache(1024)
def _scope(rows: tuple[tuple[str, tuple[str, ...]], ...], jurisdiction: str | None) -> Scope:
    every = tuple(regime for regime, _ in rows)
    if jurisdiction is None:
        return Scope(every, None, "the jurisdiction is unknown" if every else None)
    there = tuple((regime, areas) for regime, areas in rows if any(is_within(jurisdiction, area) for area in areas))
    if not there:
        return Scope(every, jurisdiction, f"no regime of the policy covers {jurisdiction}" if every else None)
    parts = any(area.startswith(f"{jurisdiction}-") for _, areas in there for area in areas)
    return Scope(
        tuple(regime for regime, _ in there),
        jurisdiction,
        f"which part of {jurisdiction} is unknown" if parts else None,
    )


@lru_cache(1024)
def places_in(regime: Regime, jurisdiction: str | None) -> tuple[Place, ...]:
    """The places of the regime where the jurisdiction lies, each with that one calendar; none: it says too little."""
    if jurisdiction is None:
        return ()
    found = (
        (place, code)
        for place in regime.places
        for code in place.calendars
        if jurisdiction == code or jurisdiction.startswith(f"{code}-")
    )
    return tuple(place.model_copy(update={"calendars": (code,)}) for place, code in found)
