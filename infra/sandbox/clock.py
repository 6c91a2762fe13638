"""Time as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Seconds since 1970; tests hand in one that they move by hand."""


class NeverBack:
    """The same clock, but it stands while that one is behind where it has been.

    A machine's clock is set now and then, also back: what was changed a moment ago would not be found by a search
    that finds what was changed before now.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest = 0.0

    def __call__(self) -> float:
        self._latest = max(self._latest, self._clock())
        return self._latest


def timestamp(seconds: float) -> str:
    """RFC 3339 with `Z`, in whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
