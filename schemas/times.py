"""Moments as microseconds since 1970 in UTC: one integer type, from the contract to the decision."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta
from pydantic import BeforeValidator, Field

SECOND = 1_000_000
DAY = 86_400 * SECOND
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(_UNITS)})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(value: object) -> object:
    """Turn ISO 8601 text or a datetime into µs; leave anything else to the field's own check.

    Raises ValueError for text that is no moment, or a moment without a time zone.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("write a moment as in 2026-03-02T09:30:00Z") from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone, as in 2026-03-02T09:30:00Z")
        return (value - _EPOCH) // timedelta(microseconds=1)
    return value


def seconds_in(text: str) -> float:
    """A duration as in `72h`, in s. Raises ValueError for text that is none."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError("write a duration as in 30s, 15min, 72h or 3d")
    return float(found[1]) * _UNITS[found[2]]


def to_seconds(value: object) -> object:
    """Turn text into s; leave anything else to the field's own check. Raises as `seconds_in` does."""
    return seconds_in(value) if isinstance(value, str) else value


def iso(micros: int) -> str:
    """Write µs as ISO 8601 in UTC; a moment outside the calendar is written as the plain number."""
    try:
        return (_EPOCH + timedelta(microseconds=micros)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return f"{micros}us"


def moment(text: str) -> int:
    """What `iso` has written, µs, without what is less than 1 ms."""
    return int(text.removesuffix("us")) if text.endswith("us") else int(str(to_micros(text)))


Micros = Annotated[int, Field(ge=-(2**63), lt=2**63), Meta(ge=-(2**63), le=2**63 - 1)]
"""int of 64 bits, µs since 1970-01-01T00:00:00Z."""
Duration = Annotated[float, BeforeValidator(to_seconds)]
"""s; text as in `72h` is taken, too."""
StatedMicros = Annotated[Micros, BeforeValidator(to_micros)]
"""The same as people write it: ISO 8601 text with a zone is taken, too."""
