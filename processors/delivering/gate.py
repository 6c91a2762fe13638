"""Stands before every try of a lane: lets nobody through while the lane waits, and one probe when it was halted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FIRST_PROBE_S = 5.0
LONGEST_PAUSE_S = 300.0
LOOK_S = 0.25
_DOUBLINGS = 6  # by then the longest pause is reached


class Gate:
    """`clock` in s, `sleep` takes s. Shared by all partitions of a lane in one process."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._until = float("-inf")
        self._halts = 0
        self._probing = False

    @property
    def halted(self) -> bool:
        return self._halts > 0

    async def enter(self) -> None:
        """Wait until a try is allowed."""
        while (left := self._until - self._clock()) > 0 or (self.halted and self._probing):
            await self._sleep(min(max(left, 0.01), LOOK_S))
        self._probing = self.halted

    def hold(self, for_s: float) -> None:
        """Nobody goes through for so many s."""
        self._until = max(self._until, self._clock() + for_s)
        self._probing = False

    def halt(self) -> None:
        """Stand still; one probe after 5 s, then 10 s, 20 s ... up to 5 min."""
        if self.halted and self._until > self._clock():
            return  # calls that were side by side came to the same answer
        self.hold(min(LONGEST_PAUSE_S, FIRST_PROBE_S * 2**self._halts))
        self._halts = min(self._halts + 1, _DOUBLINGS)

    def leave(self, *, answered: bool) -> None:
        """A try is over; `answered`: the vendor let us in, so the lane goes on."""
        self._probing = False
        if answered:
            self._halts = 0
