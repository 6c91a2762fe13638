"""All in one run: what strikes workers, broker and network; beside it clocks, disks and bad spells of the vendors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness import network
from harness.accounts import TROUBLED
from harness.acts import (
    BESIDE,
    BROKER_FREEZE,
    BROKER_FULL,
    BROKER_KILL,
    BROKER_STOP,
    FREEZE,
    KILL,
    STOP,
    VISIT,
    draw,
)
from harness.cluster import Cluster
from harness.conductor import Conductor
from harness.workload import make_records
from sizes import FEWER, KILLS, SEED, SETTLE_S, WORKERS

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

KINDS = (KILL, STOP, FREEZE, VISIT, BROKER_KILL, BROKER_STOP, BROKER_FREEZE, BROKER_FULL, *network.KINDS)
ACTS = KILLS + 2
"""And twice as many that take less time beside them."""
WELL = [account.name for account in TROUBLED if not account.dead]


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_whatever_comes_together_every_delivery_ends_once_and_in_order(tmp_path: Path) -> None:
    """Only the first worker has no proxy before the broker, so that a black hole leaves somebody to take over."""
    print(f"SEED={SEED} in {tmp_path}")
    people = max(300, FEWER // 10)
    async with Cluster(
        tmp_path,
        TROUBLED,
        people=people,
        seed=SEED,
        proxied=WORKERS[1:],
        clocks=True,
    ) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        async with asyncio.TaskGroup() as both:
            both.create_task(Conductor(cluster).play(draw(SEED, ACTS, KINDS, WORKERS), records))
            both.create_task(Conductor(cluster).play(draw(SEED, 2 * ACTS, BESIDE, WORKERS, WELL), ()))
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        run = await cluster.finish()
        spells = [(line["what"], line["struck"]) for line in cluster.run.lines("spells.jsonl")]
    print(f"calls that spells struck: {spells}")
    assert any(struck for _, struck in spells)
    assert check(run) == []
