"""Very many deliveries behind a vendor that refuses every connection: memory and lag of the worker over time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bench.accounts import relay_toml, write_accounts
from bench.deletions import alike, in_topic
from bench.proc import cpu_s, resident_bytes
from bench.scale.loading import publish
from bench.scale.site import LANES, fresh_site
from bench.vendor.process import nobody, vendor
from bench.workload import desk
from streams.metrics.definitions import ENTRIES, LAG_RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.scale.bars import Bars
    from streams.demo.process import WorkerProcess

LANE = "dead"
CONCURRENCY = 8
EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Moment:
    """after_s: since the worker was ready. lag: records not settled; kept: open deliveries in the lane's state.

    Both are the worker's own gauges; what it hasn't read yet it looks at every 5 s, so the lag begins too low.
    """

    after_s: float
    resident_bytes: int
    cpu_s: float
    lag: int
    kept: int


@dataclass(frozen=True, slots=True)
class DeadVendor:
    """`queued`: deliveries that were there when the worker started."""

    queued: int
    moments: Sequence[Moment]


async def measure(queued: int, seconds: float, bars: Bars) -> DeadVendor:
    """Watch one worker for so many seconds. The issuer of tokens is well: so the calls themselves are tried."""
    with vendor() as issuer, nobody() as url:
        urls = {LANE: url}
        async with fresh_site(
            bars.console, configure=lambda directory: write_accounts(directory, urls, CONCURRENCY, issuer)
        ) as site:
            outs = in_topic(alike(queued, desk(relay_toml(urls, CONCURRENCY)), time.time_ns() // 1000))
            with bars.bar(f"{queued:,} deliveries: writing", queued) as told:
                await publish(site.settings, outs, told)
            worker = await site.start("worker-1", *LANES)
            await worker.ready()
            with bars.bar(f"a dead vendor: watching for {seconds:g} s", None):
                return DeadVendor(queued, await _watched(worker, seconds))


async def _watched(worker: WorkerProcess, seconds: float) -> list[Moment]:
    began, seen = time.monotonic(), list[Moment]()
    async with aiohttp.ClientSession() as session:
        while not seen or seen[-1].after_s < seconds:
            worker.check()
            async with session.get(f"{worker.url}/metrics") as answer:
                page = await answer.text()
            after_s = time.monotonic() - began
            memory, used_s = resident_bytes(worker.pid), cpu_s(worker.pid)
            kept, lag = (summed(page, gauge.full_name, LANE) for gauge in (ENTRIES, LAG_RECORDS))
            seen.append(Moment(after_s, memory, used_s, lag, kept))
            await asyncio.sleep(EVERY_S)
    return seen


def summed(page: str, metric: str, lane: str) -> int:
    """Sum of all samples of this gauge for a lane on a `/metrics` page."""
    families = text_string_to_metric_families(page)
    return round(
        sum(
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == metric and sample.labels.get("lane") == lane
        )
    )
