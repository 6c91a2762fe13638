"""Calls per window and the lock-out after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.sandbox.clock import Clock

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in a window of `window_s` seconds that opens with its first call.

    The call that is too many is refused, and with `lock_s` everything for so many seconds from then on.
    """

    calls: int
    window_s: float
    lock_s: float = 0.0


@dataclass(slots=True)
class _Window:
    limit: Limit
    allowed: int
    opened: float = _NEVER
    used: int = 0
    locked_until: float = _NEVER

    def refuses(self, now: float) -> bool:
        if now < self.locked_until:
            return True
        if now >= self.opened + self.limit.window_s:
            self.opened, self.used = now, 0
        if self.used < self.allowed:
            return False
        self.locked_until = now + self.limit.lock_s
        return True


@dataclass(slots=True)
class Limiter:
    """Counts calls per key (an API's name, say).

    `scale` multiplies the allowed calls; the windows stay as they are.
    """

    clock: Clock
    scale: float = 1.0
    _windows: dict[str, list[_Window]] = field(default_factory=dict)

    def refused_by(self, key: str, limits: Sequence[Limit]) -> Limit | None:
        """The limit that refuses this call, or None.

        An admitted call counts in every window, a refused one in none.
        """
        if not limits:
            return None
        now = self.clock()
        windows = self._windows.setdefault(key, [_Window(limit, self.scaled(limit.calls)) for limit in limits])
        for window in windows:
            if window.refuses(now):
                return window.limit
        for window in windows:
            window.used += 1
        return None

    def scaled(self, calls: int) -> int:
        return max(1, int(calls * self.scale))

    def clear(self) -> None:
        self._windows.clear()
