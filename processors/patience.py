"""Whether something that should move stands still: pure, with the clock as an argument.

Who is watched names what it should do now and a mark for each that changes whenever it goes on: an offset, a count.
What waits for good reason (for a time to come, for somebody else, for nothing at all) isn't named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
_GROWTH = 4
MOST_REPEATS = 5
LASTING = 10
"""Whoever then lasts so many times the limit has been mended."""


class Patience:
    """limit_s: how long a mark may stay as it is while it is looked at; every_s: how often that is.

    While nobody looks no time passes: a process that stood still as a whole has nothing to be blamed for.
    """

    def __init__(self, limit_s: float, every_s: float) -> None:
        self.limit_s = limit_s
        self._longest_s = 2 * every_s
        self._looked_at: float | None = None
        self._watched_s = 0.0
        self._since: dict[str, tuple[Hashable, float]] = {}

    def look(self, duties: Mapping[str, Hashable], now: float) -> str | None:
        """The first duty that has not moved for too long; duties: name → mark. now: s, never goes back."""
        if self._looked_at is not None:
            self._watched_s += min(now - self._looked_at, self._longest_s)
        self._looked_at = now
        known, self._since = self._since, {}
        for name, mark in duties.items():
            before = known.get(name)
            self._since[name] = before if before and before[0] == mark else (mark, self._watched_s)
        return next(
            (name for name, (_, since) in self._since.items() if self._watched_s - since > self.limit_s), None
        )

    def forget(self) -> None:
        """What stood still had a reason: everybody has all the time again."""
        self._since.clear()


@dataclass(slots=True)
class Repeats:
    """How often in a row something was begun anew because it stood still."""

    limit_s: float
    number: int = 0

    def pause_s(self, lasted_s: float) -> float | None:
        """How long to rest before it is begun anew, s; None: not again. lasted_s: before it was found."""
        if lasted_s > LASTING * self.limit_s:
            self.number = 0
        self.number += 1
        if self.number > MOST_REPEATS:
            return None
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * _GROWTH ** (self.number - 1)))
