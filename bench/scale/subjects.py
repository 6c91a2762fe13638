"""Memory and takeover of routers that hold so many people."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.proc import resident_bytes
from bench.scale.readiness import last_takeover_s, wait_working
from bench.scale.site import ROUTER, fresh_site
from bench.scale.states import write_states

if TYPE_CHECKING:
    from bench.scale.bars import Bars
    from bench.scale.site import Site

SETTLE_S = 1.0
"""Until the memory of the last fetches is given back."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Two workers of half the partitions each. Times in s.

    joined_s: from the start of a second process until both work; killed_s: from the SIGKILL of one until the other
    works everything, of which `killed_takeover_s` is the takeover after the group's answer.
    """

    joined_s: float
    killed_s: float
    killed_takeover_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """One worker with all partitions. started_s: from the process's start until it is ready."""

    subjects: int
    partitions: int
    resident_bytes: int
    started_s: float
    takeover_s: float
    handover: Handover | None


async def measure(subjects: int, partitions: int, bars: Bars, *, handover: bool) -> Held:
    """On a broker of its own."""
    async with fresh_site(bars.console, partitions) as site:
        with bars.bar(f"{subjects:,} people: writing", subjects) as told:
            await write_states(site.settings, subjects, told)
        with bars.bar(f"{subjects:,} people: takeover", None):
            held = await _held(site, subjects)
            return replace(held, handover=await _hand_over(site)) if handover else held


async def _held(site: Site, subjects: int) -> Held:
    began = time.monotonic()
    router = await site.start("router-1", *ROUTER)
    await wait_working([router], site.settings.partitions)
    started_s = time.monotonic() - began
    await asyncio.sleep(SETTLE_S)
    memory, partitions = resident_bytes(router.pid), site.settings.partitions
    return Held(subjects, partitions, memory, started_s, last_takeover_s(router, partitions), None)


async def _hand_over(site: Site) -> Handover:
    first = site.launched["router-1"]
    began = time.monotonic()
    second = await site.start("router-2", *ROUTER)
    await wait_working([first, second], site.settings.partitions)
    joined_s = time.monotonic() - began
    await asyncio.sleep(SETTLE_S)
    began = time.monotonic()
    await site.kill("router-1")
    await wait_working([second], site.settings.partitions)
    killed_s = time.monotonic() - began
    return Handover(joined_s, killed_s, last_takeover_s(second, site.settings.partitions))
