"""Lengths of time by the calendar, as a policy or a law states them: `P2Y`, `P6M`, `P30D` (ISO 8601)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PERIOD = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


def _parts(text: str) -> tuple[int, int]:
    """Months and days. Raises ValueError for anything else."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError("write years, months, weeks or days as in P2Y, P6M, P2W or P30D")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return 12 * years + months, 7 * weeks + days


def _checked(text: str) -> str:
    _parts(text)
    return text


Period = Annotated[str, AfterValidator(_checked)]


def end_of(start: int, period: str) -> int:
    """When a period ends that began at `start`, both µs: on the same day of its last month, or that month's last.

    Raises ValueError for text that is no period; OverflowError beyond the calendar.
    """
    months, days = _parts(period)
    began = _EPOCH + timedelta(microseconds=start)
    years, month = divmod(began.year * 12 + began.month - 1 + months, 12)
    last = monthrange(years, month + 1)[1]
    ended = began.replace(year=years, month=month + 1, day=min(began.day, last)) + timedelta(days=days)
    return (ended - _EPOCH) // timedelta(microseconds=1)
