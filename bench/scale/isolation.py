"""Three healthy lanes in one worker: how long their deliveries take, alone, and beside two lanes that are sick."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from bench.accounts import relay_toml, write_accounts
from bench.deletions import deliveries
from bench.scale.loading import publish
from bench.scale.site import LANES, fresh_site
from bench.scale.spans import percentiles
from bench.scale.steady import waits
from bench.vendor.answers import BUSY, HANG, INSTANT
from bench.vendor.process import vendor
from bench.workload import desk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.scale.bars import Bars
    from streams.outbox import Out

HEALTHY = ("healthy-1", "healthy-2", "healthy-3")
SICK = {"hung": HANG, "busy": BUSY}
CONCURRENCY = 8
BACKLOG = 500
"""Deliveries that each sick lane begins with: it tries as hard as it may, all the time."""
PER_S = 10.0
"""Deliveries a second to each healthy lane."""
WARM_UP_S, MEASURED_S = 5.0, 20.0
RUNS = 3


@dataclass(frozen=True, slots=True)
class Waits:
    """From a delivery's publication to its committed outcome, healthy lanes. sick_calls: what the sick ones asked."""

    deliveries: int
    p50_ms: float
    p99_ms: float
    sick_calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Isolation:
    """One `Waits` for each run."""

    alone: Sequence[Waits]
    beside_sick: Sequence[Waits]


def middle(runs: Sequence[Waits]) -> tuple[float, float]:
    """Medians of p50 and p99."""
    return median(run.p50_ms for run in runs), median(run.p99_ms for run in runs)


async def measure(bars: Bars) -> Isolation:
    """In turns, so that what changes on the machine meets both."""
    alone, beside = [], []
    for number in range(1, RUNS + 1):
        alone.append(await _once(bars, f"healthy lanes alone, run {number}", {}))
        beside.append(await _once(bars, f"beside two sick lanes, run {number}", SICK))
    return Isolation(alone, beside)


async def _once(bars: Bars, title: str, sick: Mapping[str, str]) -> Waits:
    rounds = [list(one) for one in _rounds(HEALTHY, round(PER_S * (WARM_UP_S + MEASURED_S)))]
    with vendor() as asked:
        urls = {lane: asked.url(sick.get(lane, INSTANT)) for lane in (*HEALTHY, *sick)}
        async with fresh_site(
            bars.console, configure=lambda directory: write_accounts(directory, urls, CONCURRENCY, asked)
        ) as site:
            await (await site.start("worker-1", *LANES)).ready()
            if sick:
                backlog = (out for one in _rounds(tuple(sick), BACKLOG) for out in one)
                await publish(site.settings, backlog, lambda _: None)
            with bars.bar(title, len(rounds)) as told:
                seconds = await waits(site.settings, rounds, PER_S, told)
        calls = asked.calls()
    counted = [1000 * wait for wait in seconds[round(PER_S * WARM_UP_S) * len(HEALTHY) :]]
    return Waits(len(counted), *percentiles(counted, 99), {lane: calls.get(part, 0) for lane, part in sick.items()})


def _rounds(lanes: Sequence[str], number: int) -> Iterator[list[Out]]:
    """So many deletions; of each the deliveries to these lanes."""
    known = desk(relay_toml(dict.fromkeys(lanes, "http://127.0.0.1"), CONCURRENCY))
    made = deliveries(number, known, time.time_ns() // 1000)
    while one := list(islice(made, len(lanes))):
        yield one
