"""How many deletions came into a lane partition, by hour: kept in the lane state under `!surge`."""

from __future__ import annotations

from schemas.kept import Kept


class SurgeHour(Kept, frozen=True):
    """`hour`: since 1970; held: those of the deletions that were held."""

    hour: int
    deletions: int
    held: int


class Surge(Kept, frozen=True):
    """`offset`: the next record that isn't counted yet; hours: of the last seven days, those with a deletion."""

    offset: int
    hours: tuple[SurgeHour, ...]
