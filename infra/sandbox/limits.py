"""Calls per window and the lock-out after it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.sandbox.clock import Clock

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any `window_s` seconds: the strictest reading of "so many calls per 5 minutes".

    The call that is too many is refused, and with `lock_s` everything for so many seconds from then on. together: the
    vendor's operations that have this limit count as one; if not, each has it for itself.
    """

    calls: int
    window_s: float
    lock_s: float = 0.0
    together: bool = False


@dataclass(slots=True)
class _Window:
    limit: Limit
    allowed: int
    times: deque[float] = field(default_factory=deque)
    locked_until: float = _NEVER

    def refuses(self, now: float) -> bool:
        if now < self.locked_until:
            return True
        while self.times and self.times[0] + self.limit.window_s <= now:
            self.times.popleft()
        if len(self.times) < self.allowed:
            return False
        self.locked_until = now + self.limit.lock_s
        return True


@dataclass(slots=True)
class Limiter:
    """Counts calls per key (an API's name, say).

    `scale` multiplies the allowed calls; the windows stay as they are. own: limits of a key instead of the vendor's.
    """

    clock: Clock
    scale: float = 1.0
    own: Mapping[str, Sequence[Limit]] = field(default_factory=dict)
    _windows: dict[tuple[str, Limit], _Window] = field(default_factory=dict)

    def refused_by(self, key: str, limits: Sequence[Limit]) -> Limit | None:
        """The limit that refuses this call, or None.

        An admitted call counts in every window, a refused one in none.
        """
        now = self.clock()
        windows = [self._window(key, limit) for limit in self.own.get(key, limits)]
        for window in windows:
            if window.refuses(now):
                return window.limit
        for window in windows:
            window.times.append(now)
        return None

    def scaled(self, calls: int) -> int:
        return max(1, int(calls * self.scale))

    def clear(self) -> None:
        self._windows.clear()

    def _window(self, key: str, limit: Limit) -> _Window:
        place = ("" if limit.together else key, limit)
        if place not in self._windows:
            self._windows[place] = _Window(limit, self.scaled(limit.calls))
        return self._windows[place]
