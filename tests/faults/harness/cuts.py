"""What happens to a worker by its own hand, the nth time that it passes a point.

`FAULTS_CUT`: POINT:NTH[:ACTION], or several by comma, of which each counts from when the one before it has struck.
The actions: `kill` (SIGKILL: nothing is finished; so if none is named), `stop` (SIGSTOP, until somebody sends
SIGCONT), `fail` (as if the broker had refused), `slow` (it goes on after a while; so does everything else meanwhile).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaConnectionError
from harness.patching import patch
from harness.points import POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.points import Point


SLOW_S = 3.0


async def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


async def _fail() -> None:
    raise KafkaConnectionError


async def _slow() -> None:
    await asyncio.sleep(SLOW_S)


ACTIONS = {"kill": _kill, "stop": _stop, "fail": _fail, "slow": _slow}


@dataclass
class Cut:
    """One of the list. `left`: how often its point may still be passed, with the time that strikes."""

    text: str
    point: str = field(init=False)
    action: str = field(init=False)
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.point, nth, *action = self.text.split(":")
        self.action = action[0] if action else "kill"
        self.left = int(nth)
        assert self.point in POINTS, f"there is no point {self.point}"
        assert self.action in ACTIONS, f"there is no action {self.action}"

    async def strike(self) -> None:
        print(f"cut at {self.text}", file=sys.stderr, flush=True)
        await ACTIONS[self.action]()


class Cuts:
    """All of one worker, in their order."""

    def __init__(self, cuts: Sequence[Cut]) -> None:
        self._left = list(cuts)

    async def passed(self, point: str) -> None:
        """The worker has come to a point."""
        if self._left and self._left[0].point == point:
            cut = self._left[0]
            cut.left -= 1
            if not cut.left:
                del self._left[0]
                await cut.strike()

    def install(self, name: str, point: Point) -> None:
        def make(original: Any) -> Any:
            async def with_cut(*args: Any, **kwargs: Any) -> Any:
                counts = point.counts(*args)
                if counts and point.before:
                    await self.passed(name)
                answer = await original(*args, **kwargs)
                if counts and not point.before:
                    await self.passed(name)
                return answer

            return with_cut

        patch(point.owner, point.name, make)


def install(text: str) -> None:
    """Put what `FAULTS_CUT` says into the product."""
    listed = [Cut(part) for part in text.split(",")]
    cuts = Cuts(listed)
    for name in {cut.point for cut in listed}:
        cuts.install(name, POINTS[name])
