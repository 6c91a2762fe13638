"""Workers are killed again and again, at vendors of every kind of bad: each delivery ends once, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import TROUBLED
from harness.acts import KILL, draw
from harness.cluster import Cluster
from harness.conductor import Conductor
from harness.workload import make_records
from sizes import EVENTS, KILLS, SEED, SETTLE_S, WORKERS

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(1800 + EVENTS // 10)
async def test_every_delivery_ends_once_and_in_order(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, TROUBLED, people=max(300, EVENTS // 10), seed=SEED) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(EVENTS, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await Conductor(cluster).play(draw(SEED, KILLS, (KILL,), WORKERS), records)
        assert await cluster.settled(SETTLE_S), f"not settled: {len(cluster.progress.open)}"
        struck = {account.name: await cluster.struck(account.name) for account in TROUBLED if account.faults}
        run = await cluster.finish()
    print(f"calls that vendors' faults struck: {struck}")
    assert all(struck.values())
    assert "verified" in cluster.progress.told("crm"), "nothing was read back"
    assert check(run) == []
