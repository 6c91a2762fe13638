"""Tells a few bad ones from a flood of them, by a run or by their share. Pure; of the router and of each lane."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on bad ones are a flood; 0 switches `run` or `ratio` off.

    run: so many in a row. ratio: their share of the last `window` judged ones, as soon as those are `least`.
    """

    run: int = 100
    ratio: float = 0.5
    window: int = 1000
    least: int = 200


class Count:
    """Of what was judged, one by one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._run = self._bad = 0
        self._window: deque[bool] = deque(maxlen=limits.window)

    def add(self, *, bad: bool) -> None:
        self._run = self._run + 1 if bad else 0
        if len(self._window) == self._limits.window:
            self._bad -= self._window[0]
        self._window.append(bad)
        self._bad += bad

    def forget(self) -> None:
        self._run = self._bad = 0
        self._window.clear()

    def flood(self, what: str, fate: str) -> str:
        """Why it is one, in words; empty: it is none. what, fate: as in `records`, `rejected`."""
        limits, judged = self._limits, len(self._window)
        if limits.run and self._run >= limits.run:
            return f"{self._run} {what} in a row were {fate}"
        if limits.ratio and judged >= min(limits.least, limits.window) and self._bad >= limits.ratio * judged:
            return f"{self._bad} of the last {judged} {what} were {fate}"
        return ""
