"""Which regimes could apply to an event: by what the policy lists, and by where the person is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from schemas.regimes import is_within, place_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.law.rows import Place, Regime


Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Regimes and where each of them is the law."""


class Listed(Protocol):
    """A row of a policy's `regimes`."""

    @property
    def id(self) -> str: ...
    @property
    def jurisdictions(self) -> Sequence[str]: ...


class Scope(NamedTuple):
    """The regimes that could apply. `assumed`: what wasn't known, so that the strictest of them holds.

    worlds: which of them hold together, for each jurisdiction that it could be.
    """

    regimes: tuple[str, ...]
    jurisdiction: str | None
    assumed: str | None
    worlds: tuple[frozenset[str], ...]


def scope(listed: Iterable[Listed], jurisdiction: str | None) -> Scope:
    """Choose of a policy's regimes. No jurisdiction, or one that none of them covers: all could apply."""
    rows = tuple((row.id, tuple(row.jurisdictions)) for row in listed)
    return _scope(rows, place_code(jurisdiction) if jurisdiction else None)


@lru_cache(1024)
def _scope(rows: Rows, jurisdiction: str | None) -> Scope:
    places = {place for _, areas in rows for place in areas}
    if jurisdiction is None:
        return _of(rows, places, None, "the jurisdiction is unknown")
    if not any(is_within(jurisdiction, place) for place in places):
        return _of(rows, places, jurisdiction, f"no regime of the policy covers {jurisdiction}")
    parts = {place for place in places if place.startswith(f"{jurisdiction}-")}
    return _of(
        rows, {jurisdiction} | parts, jurisdiction, f"which part of {jurisdiction} is unknown" if parts else None
    )


def _of(rows: Rows, places: Iterable[str], jurisdiction: str | None, assumed: str | None) -> Scope:
    worlds = {frozenset(regime for regime, areas in rows if _hold(areas, place)) for place in places} - {frozenset()}
    regimes = tuple(regime for regime, _ in rows if any(regime in world for world in worlds))
    in_order = tuple(sorted(worlds, key=sorted))
    return Scope(regimes, jurisdiction, assumed if regimes else None, in_order)


def _hold(areas: Iterable[str], place: str) -> bool:
    """Whether a law of one of the areas holds in all of the place."""
    return any(is_within(place, area) and not area.startswith(f"{place}-") for area in areas)


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
