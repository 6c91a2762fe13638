"""Workers whose wall clock jumps by an hour; workers, and a broker, that can't write a byte to any file any more."""

from __future__ import annotations

import asyncio
import resource
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import HEALTHY, Account
from harness.cluster import Cluster
from harness.workload import make_records
from sizes import FEWER, READY_S, SEED, SETTLE_S

from infra.kafka import broker_at
from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(1800 + FEWER // 10)
HOUR_S = 3600
FAILING = Account("crm-fails", "zoho_crm", (Fault(kind="status", status=409, share=0.2),))
"""So that there is always something that waits for its time to be tried again."""
NO_ROOM = (0, 0)
"""Bytes that a file may have: what a full disk does to a process, without filling one."""
PAUSE_S = 2.0
"""After 500 events."""


async def publish(cluster: Cluster) -> None:
    records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
    await cluster.publisher.publish(records, PAUSE_S)


async def judge(cluster: Cluster) -> None:
    assert await cluster.settled(SETTLE_S), cluster.progress.open
    run = await cluster.finish()
    assert check(run) == []


async def test_clocks_that_jump_by_an_hour_lose_nothing(tmp_path: Path) -> None:
    """Two clocks, apart by up to two hours, and one that is right again when its worker is killed and back."""
    print(f"SEED={SEED} in {tmp_path}")
    clocks = {name: tmp_path / f"{name}.clock" for name in ("w1", "w2")}

    async def jump(name: str, seconds: int) -> None:
        async with cluster.fault(f"clock {seconds:+}", name):
            clocks[name].write_text(str(seconds), "utf-8")
            await asyncio.sleep(2)

    async def jumps() -> None:
        for name, seconds in (("w1", HOUR_S), ("w2", -HOUR_S), ("w1", 0), ("w2", HOUR_S), ("w1", -HOUR_S)):
            await jump(name, seconds)
        await cluster.kill("w2")
        clocks["w2"].write_text("0", "utf-8")
        await cluster.start_worker("w2", FAULTS_CLOCK=str(clocks["w2"]))
        await jump("w1", 0)

    async with Cluster(tmp_path, (*HEALTHY, FAILING), seed=SEED) as cluster:
        for name, clock in clocks.items():
            await cluster.start_worker(name, FAULTS_CLOCK=str(clock))
        await cluster.ready()
        await asyncio.gather(publish(cluster), jumps())
        await judge(cluster)


async def test_workers_without_room_on_the_disk_lose_nothing(tmp_path: Path) -> None:
    """Both work on; what was killed meanwhile starts again once there is room."""
    print(f"SEED={SEED} in {tmp_path}")

    async def fill_up() -> None:
        async with cluster.fault("disk full", "w1"):
            for name, worker in cluster.workers.items():
                resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, NO_ROOM)
                sizes[name] = worker.log_file.stat().st_size
            await asyncio.sleep(5)

    sizes: dict[str, int] = {}
    async with Cluster(tmp_path, (*HEALTHY, FAILING), seed=SEED) as cluster:
        for name in ("w1", "w2"):
            await cluster.start_worker(name)
        await cluster.ready()
        full = cluster.workers["w1"]
        await asyncio.gather(publish(cluster), fill_up())
        await cluster.kill("w2")
        await cluster.start_worker("w2")
        await cluster.recovered("w2")
        assert full.log_file.stat().st_size == sizes["w1"]
        await judge(cluster)


async def test_a_broker_without_room_ends_and_loses_nothing_that_it_confirmed(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")

    async def fill_up() -> None:
        await asyncio.sleep(2)
        async with cluster.fault("disk full", "broker"):
            resource.prlimit(cluster.broker.pid, resource.RLIMIT_FSIZE, NO_ROOM)
            assert await cluster.wait(lambda: broker_at(tmp_path / "kafka") is None, READY_S)
            await cluster.broker.stop()
            await cluster.broker.start_again()

    async with Cluster(tmp_path, HEALTHY, seed=SEED) as cluster:
        await cluster.start_worker("w1")
        await cluster.ready()
        await asyncio.gather(publish(cluster), fill_up())
        await judge(cluster)
