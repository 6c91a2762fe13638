"""From a day and a term to the last day. The day of the event itself is never counted."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from processors.reckoning.calendars import ONE_DAY, is_working, next_working
from schemas.times import SECOND

if TYPE_CHECKING:
    from schemas.law.rows import Place

HOUR = 3600 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_MONTHS = 12
zone = cache(ZoneInfo)


def local_day(micros: int, zone_name: str) -> date:
    """The date that it is there at that moment."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(zone(zone_name)).date()


@lru_cache(8192)
def end_of(day: date, zone_name: str) -> int:
    """The last microsecond of that day there, µs since 1970 in UTC."""
    midnight = datetime.combine(day + ONE_DAY, time(), zone(zone_name))
    return (midnight.astimezone(UTC) - _EPOCH) // _MICRO - 1


@lru_cache(8192)
def last_day(first: date, amount: int, unit: str, place: Place, *, rolls: bool) -> date:
    """The day with which the term ends. rolls: not with a day off (Regulation 1182/71 Art. 3(4))."""
    if unit in {"business_day", "working_day"}:
        return _working_days(first, amount, place)
    day = _months(first, amount) if unit == "month" else first + ONE_DAY * amount
    return next_working(place, day) if rolls else day


def _months(first: date, amount: int) -> date:
    """The same date so many months later, or the last of that month where it is shorter."""
    years, month = divmod(first.month - 1 + amount, _MONTHS)
    year, month = first.year + years, month + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def _working_days(first: date, amount: int, place: Place) -> date:
    day = first
    while amount:
        day += ONE_DAY
        amount -= is_working(place, day)
    return day
