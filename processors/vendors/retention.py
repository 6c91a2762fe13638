"""When what a vendor must keep of an erased person is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime


def review_at(newest_year: int, keep_years: int) -> int:
    """µs since 1970. newest_year: of the newest document; keep_years: so long it must be kept after its year's end.

    A year is over before what must be kept after it begins to run: so count the laws, and later is safe.
    """
    return int(datetime(newest_year + 1 + keep_years, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


def year_of(review: int) -> int:
    """The year at whose beginning it is looked at again. review: µs since 1970."""
    return datetime.fromtimestamp(review // 1_000_000, UTC).year
