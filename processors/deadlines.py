"""Until when something is due, and by which rule: always counted from the request, never from now.

Pure: the rows are `schemas/deadlines/*.toml`, the days off those of the installed `holidays` release.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.reckoning.choosing import strictest
from processors.reckoning.counting import local_day
from processors.reckoning.dues import counted, starting
from processors.reckoning.scope import places_in
from schemas.deadlines import HOUSE, law
from schemas.errors import ExtensionRefused
from schemas.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from processors.reckoning.dues import Due
    from processors.reckoning.scope import Scope
    from schemas.law.rows import Deadline, DutyLeg, Place

_SLOT = 900 * SECOND
"""Every time zone's days begin at a whole quarter of an hour in UTC: within one, an answer in days is the same."""


def due(  # noqa: PLR0917 - what a deadline depends on
    scope: Scope, kind: str, leg: DutyLeg, received_at: int, sent_at: int, channels: tuple[str, ...] = ()
) -> Due | None:
    """The strictest deadline of one leg; None where nothing asks for it. As `limits`."""
    return limits(scope, kind, received_at, sent_at, channels).get(leg)


def limits(
    scope: Scope, kind: str, received_at: int, sent_at: int, channels: tuple[str, ...] = ()
) -> Mapping[DutyLeg, Due]:
    """The strictest deadline of each leg that is due after an event of this kind.

    Of laws that hold together, numbers go before our own targets; where the jurisdiction is unknown, the earliest of
    all that it could be holds. scope: as `processors.reckoning.scope.scope` makes it. received_at, sent_at: µs; a
    clock that says it was sent later than received isn't believed. channels: as the event names them; empty: all.

    Raises:
        DeadlineError: a regime that we have no file for.

    """
    zones, from_sent = _asked(scope, kind, channels)
    sent_at = min(sent_at, received_at)
    received = _days(received_at // _SLOT, zones)
    sent = _days(sent_at // _SLOT, zones) if from_sent else received
    counted_out, chosen = _on(scope, kind, channels, zones, received, sent)
    if chosen is not None:
        return chosen
    exact = (_started(one, received_at, sent_at) for one in counted_out)
    return strictest(exact, scope.worlds)


def _started(one: Due, received_at: int, sent_at: int) -> Due:
    return starting(one, sent_at if one.row.start == "sent" else received_at) if one.row.unit == "hour" else one


@lru_cache(1024)
def _asked(scope: Scope, kind: str, channels: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The time zones that matter, and whether it matters when it was sent."""
    found = list(_rows(scope, kind, channels))
    zones = {place.zone for _, places in found for place in places}
    return tuple(sorted(zones)), any(row.start == "sent" for row, _ in found)


@lru_cache(8192)
def _days(slot: int, zones: tuple[str, ...]) -> tuple[date, ...]:
    return tuple(local_day(slot * _SLOT, zone) for zone in zones)


@lru_cache(4096)
def _on(  # noqa: PLR0917 - what a deadline depends on
    scope: Scope,
    kind: str,
    channels: tuple[str, ...],
    zones: tuple[str, ...],
    received: tuple[date, ...],
    sent: tuple[date, ...],
) -> tuple[list[Due], Mapping[DutyLeg, Due] | None]:
    """What is the same for all that came in, and was sent, on the same days; None: there are rows in hours."""
    received_on, sent_on = dict(zip(zones, received, strict=True)), dict(zip(zones, sent, strict=True))
    found: list[Due] = []
    for row, places in _rows(scope, kind, channels):
        first = sent_on if row.start == "sent" else received_on
        vague = "the place within it is unknown" if len(places) > 1 else None
        valid = (place for place in places if row.is_valid(received_on[place.zone]))
        found += [counted(row, place, first[place.zone], scope.assumed or vague) for place in valid]
    in_hours = any(one.row.unit == "hour" for one in found)
    return found, None if in_hours else strictest(found, scope.worlds)


def _rows(scope: Scope, kind: str, channels: tuple[str, ...]) -> Iterator[tuple[Deadline, tuple[Place, ...]]]:
    """The rows that speak of such an event, each with the places where it may be counted."""
    for regime in (*scope.regimes, HOUSE):
        known = law().regime(regime)
        places = places_in(known, scope.jurisdiction) or known.places
        yield from ((row, places) for row in law().rows(regime, kind) if _speaks_of(row, channels))


def _speaks_of(row: Deadline, channels: tuple[str, ...]) -> bool:
    return not row.channels or (bool(channels) and set(channels) <= set(row.channels))


def extended(due: Due, reason: str, asked_at: int) -> Due:
    """The one extension: with a reason where the law asks for it, before the first deadline and not after.

    What another law that applies as well doesn't extend still holds. asked_at: µs, when it was decided.

    Raises:
        ExtensionRefused: `no_extension`, `extended_before`, `too_late`, `no_reason`.

    """
    if due.reason is not None:
        raise ExtensionRefused("extended_before", f"{due.rule} has been extended already: once is all")
    if due.row.extension is None:
        raise ExtensionRefused("no_extension", f"{due.rule} allows no extension ({due.row.citation})")
    if asked_at > due.due_at:
        raise ExtensionRefused("too_late", f"{due.rule} was due before: an extension comes before the deadline")
    if due.row.extension.needs_reason and not reason.strip():
        raise ExtensionRefused("no_reason", f"{due.rule} is extended for a reason only: give it")
    return (due.later or due)._replace(reason=reason)
