"""Time limits of many calls at once, with one timer for all of them: one for each takes longer than to decode."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

TICK_S = 0.05
"""A limit that has passed is noticed so much later at most, or at twice that after the process stood still."""


class Deadlines:
    """Made inside the loop that it is used in."""

    def __init__(self) -> None:
        self.running: set[Deadline] = set()
        self._loop = asyncio.get_running_loop()
        self._ticks = False
        self._next, self._late = 0.0, False

    def within(self, seconds: float) -> Deadline:
        """A `with` around what must not take longer; raises TimeoutError out of it."""
        return Deadline(self, self._loop.time() + seconds)

    def begin(self, deadline: Deadline) -> None:
        self.running.add(deadline)
        if not self._ticks:
            self._tick_later()

    def _tick_later(self) -> None:
        self._ticks, self._next = True, self._loop.time() + TICK_S
        self._loop.call_at(self._next, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        # What came in while the process stood still is to be read first; but where it is always late, time counts.
        self._late = not self._late and now >= self._next + TICK_S
        if not self._late:
            for deadline in self.running:
                deadline.look(now)
        self._ticks = bool(self.running)
        if self._ticks:
            self._tick_later()


class Deadline:
    """As `asyncio.timeout`: what runs is cancelled, which only whoever else cancelled it hears of as such."""

    __slots__ = ("_all", "_at", "_before", "_passed", "_task")

    def __init__(self, all_of_them: Deadlines, at: float) -> None:
        self._all = all_of_them
        self._at = at
        self._passed = False

    def __enter__(self) -> None:
        task: asyncio.Task[Any] | None = asyncio.current_task()
        assert task is not None  # noqa: S101 - nothing else can be cancelled
        self._task, self._before = task, task.cancelling()
        self._all.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._all.running.discard(self)
        if self._passed and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def look(self, now: float) -> None:
        """Cancel it if its time is over, once."""
        if not self._passed and now >= self._at:
            self._passed = True
            self._task.cancel()
