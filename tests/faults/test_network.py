"""The network delays, resets and swallows, before every vendor and before the broker, while events come in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.cluster import Cluster
from harness.network import BROKER, draw_weather, play
from harness.workload import make_records
from sizes import FEWER, SEED, SETTLE_S

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

PAUSE_S = 6.0
"""After 500 events, so that they come in during most of the weather."""


@pytest.mark.timeout(1800 + FEWER // 10)
@pytest.mark.parametrize("others", [(), ("w2",)], ids=["alone", "beside another"])
async def test_whatever_the_network_does_everything_settles(tmp_path: Path, others: tuple[str, ...]) -> None:
    """One worker has the network between itself and the broker; another one would take over from it."""
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, seed=SEED, proxied=("w1",)) as cluster:
        for name in ("w1", *others):
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        weathers = draw_weather(SEED, [BROKER, *cluster.accounts])
        await asyncio.gather(cluster.publisher.publish(records, PAUSE_S), play(cluster, weathers))
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        run = await cluster.finish()
    assert check(run) == []
