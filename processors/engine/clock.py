"""Time as an argument."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """`wall`: s since 1970; `steady`: s that never go back; `sleep`: wait so many s."""

    def wall(self) -> float: ...

    def steady(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    wall = staticmethod(time.time)
    steady = staticmethod(time.monotonic)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
