"""Very many people whose deliveries are parked: how long a worker takes to take them over, and to wake them all."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from bench.accounts import relay_toml, write_accounts
from bench.deletions import alike
from bench.proc import resident_bytes
from bench.scale.dead_vendor import summed
from bench.scale.loading import publish
from bench.scale.readiness import last_takeover_s
from bench.scale.site import LANES, fresh_site
from bench.vendor.answers import INSTANT
from bench.vendor.process import vendor
from bench.workload import desk
from processors.delivering.entries import entry_name
from schemas.codec import encode
from schemas.records import LaneEntry
from schemas.times import SECOND
from streams import topics
from streams.metrics.definitions import ENTRIES
from streams.outbox import Out
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bench.scale.bars import Bars
    from streams.demo.process import WorkerProcess

LANE = "parked"
ROLE = f"lane {LANE}"
CONCURRENCY = 32
PARTITIONS = 16
"""A partition reads no more when it keeps 10,000 parked ones."""
FAR_S = 3600
EVERY_S = 0.25
LIMIT_S = 900.0


@dataclass(frozen=True, slots=True)
class Parked:
    """takeover_s: of all partitions; started_s: from the start of the process until it is ready; both far from due.

    woken_s: when all are due at once, from ready until the last is done; slowest_s: the worker's slowest answer to
    a question for its figures meanwhile, which is how long everything else had to wait.
    """

    deliveries: int
    partitions: int
    resident_bytes: int
    started_s: float
    takeover_s: float
    woken_s: float
    slowest_s: float


async def measure(number: int, bars: Bars) -> Parked:
    """Twice, each time on a broker of its own: everybody is due in an hour; everybody is due now."""
    async with _ready(number, FAR_S, bars) as (worker, started_s):
        memory, takeover_s = resident_bytes(worker.pid), last_takeover_s(worker, PARTITIONS, ROLE)
    async with _ready(number, 0, bars) as (worker, _):
        with bars.bar(f"{number:,} parked: waking up", None):
            woken_s, slowest_s = await _woken(worker)
    return Parked(number, PARTITIONS, memory, started_s, takeover_s, woken_s, slowest_s)


@asynccontextmanager
async def _ready(number: int, due_in_s: int, bars: Bars) -> AsyncIterator[tuple[WorkerProcess, float]]:
    """A worker that has just become ready on a lane with so many parked ones, and how long that took, s."""
    with vendor() as asked:
        urls = {LANE: asked.url(INSTANT)}
        async with fresh_site(
            bars.console, PARTITIONS, lambda directory: write_accounts(directory, urls, CONCURRENCY, asked)
        ) as site:
            with bars.bar(f"{number:,} parked: writing", number) as told:
                await publish(site.settings, _entries(number, due_in_s), told)
            began = time.monotonic()
            worker = await site.start("worker-1", *LANES)
            await worker.ready(LIMIT_S)
            yield worker, time.monotonic() - began


def _entries(number: int, due_in_s: int) -> Iterator[Out]:
    """The lane's state with so many parked deliveries, each of another person."""
    known, now = desk(relay_toml({LANE: "http://127.0.0.1"}, CONCURRENCY)), now_micros()
    for offset, delivery in enumerate(alike(number, known, now)):
        entry = LaneEntry(
            delivery=delivery,
            status="parked",
            attempt=6,
            since=now,
            next_at=now + due_in_s * SECOND,
            reason="http_503",
            offset=offset,
        )
        yield Out(topics.lane_state(LANE), offset % PARTITIONS, entry_name(delivery).encode(), encode(entry))


async def _woken(worker: WorkerProcess) -> tuple[float, float]:
    """Until nothing is parked any more, s; and the slowest answer to that question."""
    began, slowest_s = time.monotonic(), 0.0
    async with aiohttp.ClientSession() as session, asyncio.timeout(LIMIT_S):
        while True:
            worker.check()
            asked = time.monotonic()
            async with session.get(f"{worker.url}/metrics") as answer:
                kept = summed(await answer.text(), ENTRIES.full_name, LANE)
            slowest_s = max(slowest_s, time.monotonic() - asked)
            if not kept:
                return time.monotonic() - began, slowest_s
            await asyncio.sleep(EVERY_S)
