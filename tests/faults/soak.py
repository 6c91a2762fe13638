"""`make soak`: the relay under faults for an hour, what it costs meanwhile, and whether it kept its promises."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checker import check
from harness.accounts import TROUBLED
from harness.cluster import Cluster
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from soaking.plot import draw
from soaking.slopes import REQUEST_MB, growing, slopes, without_requests
from soaking.soak import OTHERS, Soak

if TYPE_CHECKING:
    from soaking.slopes import Slope

SETTLE_S = 600.0
"""Generous: only what stands still takes so long."""
WARM_UP_S = 300.0
_POLL_S = 1.0
_UNITS = {"memory_mb": "MB", "descriptors": "descriptors", "threads": "threads"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="a new one: the run, soak.csv and soak.png")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=int, default=20, help="events per second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # while the broker is away it says so again and again
    return asyncio.run(soak(options.directory, options.minutes * 60, options.rate, options.seed))


async def soak(directory: Path, lasts_s: float, rate: int, seed: int) -> int:
    """0: everything settled, the checker has found nothing, and nothing grows."""
    directory.mkdir(parents=True)
    console = Console(stderr=True)
    console.print(f"soak: seed {seed}, {rate} events/s for {lasts_s / 60:g} min, into {directory}")
    async with Cluster(directory / "run", TROUBLED, seed=seed, proxied=OTHERS) as cluster:
        running = Soak(cluster, lasts_s, rate, seed, console.print)
        title = f"soak of {lasts_s / 60:g} min, seed {seed}, {rate} events/s"
        showing = asyncio.create_task(_show(running, console))
        try:
            settled = await running.run(SETTLE_S)
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
            running.write_csv(directory / "soak.csv")
            draw(directory / "soak.png", running.readings, running.faults(), title)
        run = await cluster.finish()
    findings = await asyncio.to_thread(check, run)
    about = f"{len(cluster.publisher.acked)} events, {len(running.faults())} faults, {len(findings)} findings"
    draw(directory / "soak.png", running.readings, running.faults(), f"{title}: {about}")
    _tell(running, about, lasts_s)
    for finding in findings[:20]:
        print(finding)
    if not settled:
        print(f"not settled after {SETTLE_S:g} s: {len(cluster.progress.open)} deliveries")
    for slope in (leaks := growing(running.readings, _warm_up_s(lasts_s))):
        print(f"grows: {slope.measure}{_line(slope)}")
    return 0 if settled and not findings and not leaks else 1


async def _show(running: Soak, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("soak", total=running.lasts_s)
        while True:
            progress, acked = running.cluster.progress, len(running.cluster.publisher.acked)
            said = f"{acked} events, {progress.settled} of {progress.due} deliveries"
            bar.update(task, completed=running.at_s if acked else 0, description=said)
            await asyncio.sleep(_POLL_S)


def _tell(running: Soak, about: str, lasts_s: float) -> None:
    print(about)
    warm_up_s = _warm_up_s(lasts_s)
    print(f"each worker's life after its first {warm_up_s:g} s, as a straight line:")
    for measure in _UNITS:
        for slope in slopes(running.readings, measure, warm_up_s):
            print(_line(slope))
    print(f"memory without the requests that are kept, at {REQUEST_MB * 1000:g} kB each:")
    for slope in slopes(without_requests(running.readings), "memory_mb", warm_up_s):
        print(_line(slope))


def _warm_up_s(lasts_s: float) -> float:
    return min(WARM_UP_S, lasts_s / 4)


def _line(slope: Slope) -> str:
    unit = _UNITS[slope.measure]
    ends = f"{slope.first:.1f} to {slope.last:.1f} {unit}"
    return f"  {slope.who}.{slope.life} {slope.lasted_s / 60:5.1f} min: {ends}, {slope.per_hour:+.2f} {unit}/h"


if __name__ == "__main__":
    sys.exit(main())
