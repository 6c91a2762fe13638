"""Does it grow? A straight line through what each worker's life measured."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from soaking.sample import Reading

_HOUR_S = 3600.0
_FEWEST = 10
REQUEST_MB = 0.003
"""As docs/workers.md has it, measured."""
LONG_S = 1500.0
"""Shorter lives fill caches, and broken brokers make steps: their lines say nothing yet."""
FLAT = {"memory_mb": 100.0, "descriptors": 60.0, "threads": 4.0}
"""What may come in an hour, memory without requests. Of a sound hour 50 MB of memory came until all caches were full,
and descriptors followed the partitions; an hour with leaks had 200 MB and 200 descriptors."""


class Slope(NamedTuple):
    """first, last: where the line begins and ends; per_hour: how much it rises, in the measure's unit."""

    who: str
    life: int
    measure: str
    lasted_s: float
    first: float
    last: float
    per_hour: float


def without_requests(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Memory but for the requests that are kept, whose number grows with what people ask for."""
    kept: dict[tuple[str, int], float] = {}
    for reading in readings:
        if reading.measure == "requests":
            kept[reading.who, reading.life] = reading.value
        elif reading.measure == "memory_mb":
            yield reading._replace(value=reading.value - REQUEST_MB * kept.get((reading.who, reading.life), 0))


def slopes(readings: Iterable[Reading], measure: str, warm_up_s: float) -> list[Slope]:
    """A line for each life that has told enough after its own warm-up."""
    lives: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for reading in readings:
        if reading.measure == measure:
            lives[reading.who, reading.life].append((reading.at_s, reading.value))
    found = []
    for (who, life), points in sorted(lives.items()):
        warm = [point for point in points if point[0] >= points[0][0] + warm_up_s]
        if len(warm) >= _FEWEST:
            found.append(_line(who, life, measure, warm))
    return found


def growing(readings: Sequence[Reading], warm_up_s: float) -> list[Slope]:
    """The lines of long lives that rise more than is flat."""
    told = [*(one for one in readings if one.measure != "memory_mb"), *without_requests(readings)]
    lines = [line for measure in FLAT for line in slopes(told, measure, warm_up_s)]
    return [line for line in lines if line.lasted_s >= LONG_S and line.per_hour > FLAT[line.measure]]


def _line(who: str, life: int, measure: str, points: Sequence[tuple[float, float]]) -> Slope:
    """By least squares."""
    mean_at = sum(at for at, _ in points) / len(points)
    mean = sum(value for _, value in points) / len(points)
    spread = sum((at - mean_at) ** 2 for at, _ in points)
    per_s = sum((at - mean_at) * (value - mean) for at, value in points) / spread
    begin, end = points[0][0], points[-1][0]
    first, last = (mean + per_s * (at - mean_at) for at in (begin, end))
    return Slope(who, life, measure, end - begin, first, last, per_s * _HOUR_S)
