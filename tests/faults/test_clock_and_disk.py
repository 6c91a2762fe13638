"""Workers whose wall clock jumps by an hour; workers, and a broker, that can't write a byte to any file any more."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import HEALTHY, Account
from harness.cluster import Cluster
from harness.deeds import HOUR_S
from harness.disks import FAULT, broker_full, no_room
from harness.workload import make_records
from sizes import FEWER, SEED, SETTLE_S

from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(1800 + FEWER // 10)
WORKERS = ("w1", "w2")
FAILING = Account("crm-fails", "zoho_crm", (Fault(kind="status", status=409, share=0.2),))
"""So that there is always something that waits for its time to be tried again."""
PAUSE_S = 2.0
"""After 500 events."""
LEAD_S = 1.0
"""So that there is work by the time of the first jump."""


async def publish(cluster: Cluster) -> None:
    records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
    await cluster.publisher.publish(records, PAUSE_S)


async def judge(cluster: Cluster) -> None:
    assert await cluster.settled(SETTLE_S), cluster.progress.open
    run = await cluster.finish()
    assert check(run) == []


def draw_jumps(seed: int) -> list[tuple[str, int, float]]:
    """Whose clock is how far off, s, and for how long before the next one jumps.

    Each is an hour ahead and an hour behind, so that they are two hours apart at some moment; one is right between.
    """
    rng = Random(f"clocks {seed}")
    jumps = [(name, off) for name in WORKERS for off in (HOUR_S, -HOUR_S)]
    rng.shuffle(jumps)
    right = rng.choice(WORKERS)
    last = max(number for number, (name, _) in enumerate(jumps) if name == right)
    jumps.insert(last, (right, 0))
    return [(name, off, round(rng.uniform(1, 3), 1)) for name, off in jumps]


async def test_clocks_that_jump_by_an_hour_lose_nothing(tmp_path: Path) -> None:
    """Two clocks, apart by up to two hours, and one that is right again when its worker is killed and back."""
    print(f"SEED={SEED} in {tmp_path}")
    plan, killed = draw_jumps(SEED), Random(f"killed {SEED}").choice(WORKERS)
    print(f"{plan}, then {killed} is killed")

    async def jump(name: str, seconds: int, lasts_s: float) -> None:
        async with cluster.fault(f"clock {seconds:+}", name):
            cluster.run.clock(name).write_text(str(seconds), "utf-8")
            await asyncio.sleep(lasts_s)

    async def jumps() -> None:
        await asyncio.sleep(LEAD_S)
        for one in plan:
            await jump(*one)
        await cluster.kill(killed)
        cluster.run.clock(killed).write_text("0", "utf-8")
        await cluster.start_worker(killed)
        await jump(next(name for name in WORKERS if name != killed), 0, 2)

    async with Cluster(tmp_path, (*HEALTHY, FAILING), seed=SEED, clocks=True) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        await asyncio.gather(publish(cluster), jumps())
        await judge(cluster)


async def test_workers_without_room_on_the_disk_lose_nothing(tmp_path: Path) -> None:
    """Both work on; what was killed meanwhile starts again once there is room."""
    rng = Random(f"disks {SEED}")
    (first, second), waits = (
        rng.sample(WORKERS, 2),
        [round(rng.uniform(*span), 1) for span in ((0, 2), (0, 2), (3, 6))],
    )
    killed, full = rng.sample(WORKERS, 2)
    print(f"SEED={SEED} in {tmp_path}: {first} and {second} after {waits} s, {killed} is killed")

    async def fill_up() -> None:
        await asyncio.sleep(waits[0])
        async with cluster.fault(FAULT, first):
            fill(first)
            await asyncio.sleep(waits[1])
            async with cluster.fault(FAULT, second):
                fill(second)
                await asyncio.sleep(waits[2])

    def fill(name: str) -> None:
        worker = cluster.workers[name]
        no_room(worker.pid)
        sizes[name] = worker.log_file.stat().st_size

    sizes: dict[str, int] = {}
    async with Cluster(tmp_path, (*HEALTHY, FAILING), seed=SEED) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        log_file = cluster.workers[full].log_file
        await asyncio.gather(publish(cluster), fill_up())
        await cluster.kill(killed)
        await cluster.start_worker(killed)
        await cluster.recovered(killed)
        assert log_file.stat().st_size == sizes[full]
        await judge(cluster)


async def test_a_broker_without_room_ends_and_loses_nothing_that_it_confirmed(tmp_path: Path) -> None:
    after_s = round(Random(f"broker's disk {SEED}").uniform(1, 4), 1)
    print(f"SEED={SEED} in {tmp_path}: after {after_s} s")

    async def fill_up() -> None:
        await asyncio.sleep(after_s)
        await broker_full(cluster)

    async with Cluster(tmp_path, HEALTHY, seed=SEED) as cluster:
        await cluster.start_worker("w1")
        await cluster.ready()
        await asyncio.gather(publish(cluster), fill_up())
        await judge(cluster)
