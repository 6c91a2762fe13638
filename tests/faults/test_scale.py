"""Workers come and go, one every few seconds, while events come in: from one to four and back to one."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.act import Act
from harness.acts import DIE, JOIN, LEAVE
from harness.cluster import Cluster
from harness.conductor import Conductor
from harness.marks import bookmarks, caught_up
from harness.workload import make_records
from sizes import FEWER, SEED, SETTLE_S

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

MORE = ("w2", "w3", "w4")


def changes(seed: int) -> tuple[Act, ...]:
    """Three join; the first one and two of them go again, at least one of them in order and one not."""
    rng = Random(f"scale {seed}")
    leaving = rng.sample(("w1", *MORE), len(MORE))
    ways = rng.sample((LEAVE, DIE, rng.choice((LEAVE, DIE))), len(MORE))
    plan = [*((JOIN, name) for name in MORE), *zip(ways, leaving, strict=True)]
    return tuple(Act(what, whom, round(rng.uniform(1, 4), 1), 0.0) for what, whom in plan)


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_from_one_worker_to_four_and_back(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, people=max(300, FEWER // 10), seed=SEED) as cluster:
        await cluster.start_worker("w1")
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await Conductor(cluster).play(changes(SEED), records)
        assert len(cluster.workers) == 1
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        assert await caught_up(cluster, SETTLE_S) == {}
        run = await cluster.finish()
        marks = await bookmarks(cluster.settings, cluster.accounts)
        assert [place for place, offsets in marks.items() if offsets != sorted(offsets)] == []
    assert check(run) == []
