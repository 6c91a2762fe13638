"""Resting until something happens or a moment comes."""

from __future__ import annotations

import asyncio


class Rest:
    """One timer outlasts many rests: under load nearly all of them end before, by the event."""

    def __init__(self, wake: asyncio.Event) -> None:
        self._wake = wake
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def until(self, at: float | None, now: float) -> None:
        """Until woken, or until `at`, or an earlier moment that was named before, steady s; None: only when woken."""
        if at is not None and (self._at is None or at < self._at):
            self.end()
            self._at = at
            self._timer = asyncio.get_running_loop().call_later(at - now, self._over)
        await self._wake.wait()

    def end(self) -> None:
        """No moment is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._at = self._timer = None

    def _over(self) -> None:
        self._at = self._timer = None
        self._wake.set()
