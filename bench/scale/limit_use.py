"""How much of a limit a lane uses, and that it never uses more: counted by the vendor, call by call."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.accounts import relay_toml, write_accounts
from bench.deletions import alike, in_topic
from bench.scale.loading import publish
from bench.scale.site import LANES, fresh_site
from bench.vendor.answers import NOTED, SLOW, SLOW_S
from bench.vendor.process import vendor
from bench.workload import desk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.scale.bars import Bars
    from bench.scale.site import Site

LANE = "limited"
FIRST_S = 3.0
"""What the worker needs to come to its pace is not counted."""
Limit = tuple[int, float]
"""Calls, and in how many seconds."""


@dataclass(frozen=True, slots=True)
class Case:
    """seconds: counted, a multiple of the longest window.

    killed_after_s: then the worker is killed, by SIGKILL, and another one follows.
    """

    name: str
    part: str
    limits: Sequence[Limit]
    concurrency: int
    seconds: float
    killed_after_s: float | None = None

    @property
    def allowed_per_s(self) -> float:
        """The narrowest of the limits and of what so many calls at a time can do, calls/s."""
        at_a_time = [self.concurrency / SLOW_S] if self.part == SLOW else []
        return min([calls / seconds for calls, seconds in self.limits] + at_a_time)

    @property
    def toml(self) -> str:
        windows = (f"{{ calls = {calls}, seconds = {seconds:g} }}" for calls, seconds in self.limits)
        return f"limits = [{', '.join(windows)}]\n"


CASES = (
    Case("one window", NOTED, [(100, 1)], 32, 30),
    Case("two windows", NOTED, [(100, 1), (1500, 20)], 32, 60),
    Case("calls at a time, vendor takes 0.1 s", SLOW, [(1000, 1)], 8, 30),
    Case("two windows, killed after 30 s", NOTED, [(100, 1), (1500, 20)], 32, 60, killed_after_s=30),
)


@dataclass(frozen=True, slots=True)
class Fullest:
    """The most calls that began in any so many seconds."""

    calls: int
    seconds: float
    most: int


@dataclass(frozen=True, slots=True)
class LimitUse:
    """per_s: calls/s over the counted time, as the vendor saw them."""

    case: str
    allowed_per_s: float
    per_s: float
    windows: Sequence[Fullest]


async def measure(bars: Bars) -> list[LimitUse]:
    """Each case on a broker of its own, with more deliveries than it can carry out."""
    return [await _once(case, bars) for case in CASES]


async def _once(case: Case, bars: Bars) -> LimitUse:
    number = round(case.allowed_per_s * (case.seconds + 30))
    with vendor() as asked:
        urls = {LANE: asked.url(case.part)}
        async with fresh_site(
            bars.console,
            configure=lambda directory: write_accounts(directory, urls, case.concurrency, asked, case.toml),
            limits_scale=1.0,
        ) as site:
            outs = in_topic(alike(number, desk(relay_toml(urls, case.concurrency)), time.time_ns() // 1000))
            await publish(site.settings, outs, lambda _: None)
            await (await site.start("worker-1", *LANES)).ready()
            with bars.bar(f"limits, {case.name}", round(case.seconds + FIRST_S)) as told:
                await _wait(case.killed_after_s or case.seconds + FIRST_S, told)
                if case.killed_after_s is not None:
                    await _replaced(site)
                    await _wait(case.seconds + FIRST_S - case.killed_after_s, told)
        return used(case, asked.times()[case.part])


async def _replaced(site: Site) -> None:
    await site.kill("worker-1")
    await (await site.start("worker-2", *LANES)).ready()


async def _wait(seconds: float, told: Callable[[int], None]) -> None:
    for _ in range(round(seconds)):
        await asyncio.sleep(1)
        told(1)


def used(case: Case, times: Sequence[float]) -> LimitUse:
    """What the vendor saw. `times`: when each call came, s, ascending."""
    first = times[0] + FIRST_S
    counted = bisect_left(times, first + case.seconds) - bisect_left(times, first)
    windows = [Fullest(calls, seconds, fullest(times, seconds)) for calls, seconds in case.limits]
    return LimitUse(case.name, case.allowed_per_s, counted / case.seconds, windows)


def fullest(times: Sequence[float], seconds: float) -> int:
    """The most of these moments in any half-open window of that length."""
    return max(bisect_left(times, moment + seconds) - number for number, moment in enumerate(times))
