"""Days off, by the `holidays` library: which release of it counted stands beside every date that it had a part in."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import holidays

from schemas.law.rows import WEEKDAYS

if TYPE_CHECKING:
    from schemas.law.rows import Place

RELEASE = f"holidays {version('holidays')}"
ONE_DAY = timedelta(days=1)


@cache
def _book(code: str) -> holidays.HolidayBase:
    country, _, part = code.partition("-")
    return holidays.country_holidays(country, subdiv=part or None)


@lru_cache(8192)
def is_working(place: Place, day: date) -> bool:
    """Whether work is done there on that day: it is of no weekend, and no holiday in all of the place's calendars.

    A Saturday that the state has made a working day, for a day off elsewhere, is one.
    """
    books = [_book(code) for code in place.calendars]
    if WEEKDAYS[day.weekday()] in place.weekend:
        return bool(books) and all(day in book.weekend_workdays for book in books)
    return not books or any(day not in book for book in books)


def next_working(place: Place, day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working(place, day):
        day += ONE_DAY
    return day


def days_off(place: Place, first: date, last: date) -> list[tuple[date, str]]:
    """The holidays after `first`, up to and with `last`, that fall on no weekend; each with its name."""
    days = (first + ONE_DAY * n for n in range(1, (last - first).days + 1))
    off = [day for day in days if WEEKDAYS[day.weekday()] not in place.weekend and not is_working(place, day)]
    return [(day, _book(place.calendars[0])[day]) for day in off]


def named(place: Place) -> str:
    """Which calendars, of which release."""
    return f"{RELEASE}: {', '.join(place.calendars) or 'weekends alone'}"
