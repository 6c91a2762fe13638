"""One row of the law, counted out for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from processors.reckoning.calendars import named
from processors.reckoning.counting import HOUR, end_of, last_day, local_day
from schemas.deadlines import HOUSE, law

if TYPE_CHECKING:
    from datetime import date

    from schemas.law.rows import Deadline, Place, Term

_NUMBER, _TARGET, _HOUSE = range(3)
_BY_CALENDAR = frozenset({"business_day", "working_day"})


class Due(NamedTuple):
    """Until when one leg is due.

    due_at: the last moment in time, µs since 1970 in UTC; due_on: the date that it is then, there. first: the day
    that was counted from. mark: how sure the rule is; `internal`: our own target, where the law names no number.
    calendar: the days off that had a part in it, with the library's release. assumed: what wasn't known, so that the
    strictest holds. others: what the same leg would have by other
    rows of laws, or elsewhere. later: with its one extension, None: it has none. reason: of the extension in due_at.
    """

    due_at: int
    due_on: date
    first: date
    rule: str
    mark: Literal["verified", "secondary", "unverified", "internal"]
    row: Deadline
    place: Place
    calendar: str | None
    assumed: str | None
    others: tuple[Due, ...] = ()
    later: Due | None = None
    reason: str | None = None


def counted(row: Deadline, place: Place, first: date, assumed: str | None) -> Due:
    """Count a row out from the day `first` in one of its regime's places. A row in hours waits for `starting`."""
    rolls = _rolls(row)
    due_on = first if row.unit == "hour" else _last_day(row, first, place, rolls=rolls)
    return Due(
        due_at=end_of(due_on, place.zone),
        due_on=due_on,
        first=first,
        rule=row.rule,
        mark="internal" if row.unit == "none" else row.mark,
        row=row,
        place=place,
        calendar=named(place) if rolls or row.unit in _BY_CALENDAR else None,
        assumed=None if row.regime == HOUSE else assumed,
    )


def starting(one: Due, moment: int) -> Due:
    """A row in hours, from the moment that its clock starts, µs."""
    return _hours_after(one, moment, one.row)


def longer(one: Due) -> Due:
    """The same with its row's extension; without one, as it is."""
    row, more = one.row, one.row.extension
    if more is None:
        return one
    if more.unit == "hour":
        return _hours_after(one, one.due_at, more)
    if more.unit == "none":
        due_on = _last_day(more, one.due_on, one.place, rolls=False)
        return one._replace(due_at=end_of(due_on, one.place.zone), due_on=due_on, mark="internal")
    # Counted in one: two months after a month aren't always three months.
    whole = more.model_copy(update={"amount": (row.amount or 0) + (more.amount or 0)})
    due_on = _last_day(whole, one.first, one.place, rolls=_rolls(row))
    return one._replace(due_at=end_of(due_on, one.place.zone), due_on=due_on)


def _hours_after(one: Due, moment: int, term: Term) -> Due:
    due_at = moment + (term.amount or 0) * HOUR
    return one._replace(due_at=due_at, due_on=local_day(due_at, one.place.zone))


def _last_day(term: Term, first: date, place: Place, *, rolls: bool) -> date:
    if term.unit == "none":
        return last_day(first, term.target_days or 0, "calendar_day", place, rolls=False)
    return last_day(first, term.amount or 0, term.unit, place, rolls=rolls)


def _rolls(row: Deadline) -> bool:
    return row.unit in {"calendar_day", "month"} and law().regime(row.regime).rolls


def tier(one: Due) -> int:
    """A number of the law first, then our own target for a law without one, then the house's."""
    return _HOUSE if one.row.regime == HOUSE else _TARGET if one.row.unit == "none" else _NUMBER


def rank(one: Due) -> tuple[int, str]:
    """Among those that end together, the lowest is told."""
    return tier(one), one.rule
