"""The lone broker is killed, stopped and frozen while events come in: nothing that it acknowledged is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.acts import BROKER_FREEZE, BROKER_KILL, BROKER_STOP, draw
from harness.cluster import Cluster
from harness.conductor import Conductor
from harness.workload import make_records
from sizes import FEWER, KILLS, SEED, SETTLE_S, WORKERS

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

KINDS = (BROKER_KILL, BROKER_STOP, BROKER_FREEZE)


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_nothing_is_lost_and_nobody_has_to_lend_a_hand(tmp_path: Path) -> None:
    """Each kind of bounce at least once; a frozen broker outlasts the workers' sessions, and not its own."""
    print(f"SEED={SEED} in {tmp_path}")
    people = max(300, FEWER // 10)
    async with Cluster(tmp_path, people=people, seed=SEED) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await Conductor(cluster).play(draw(SEED, max(KILLS, len(KINDS)), KINDS, ("broker",)), records)
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        run = await cluster.finish()
    assert check(run) == []
