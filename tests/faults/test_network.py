"""The network delays, resets and swallows, before every vendor and before the broker, while events come in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.cluster import Cluster
from harness.network import BROKER, KINDS, draw_weather, play
from harness.workload import make_records
from sizes import FEWER, SEED, SETTLE_S

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

CALM_S = 1.0
"""About so long it takes after each weather until workers are ready and call again."""


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
        lasts_s = sum(weather.lead_s + weather.away_s + CALM_S for weather in weathers)
        _, struck = await asyncio.gather(cluster.publisher.spread(records, lasts_s), play(cluster, weathers))
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        run = await cluster.finish()
    met = {(weather.what, weather.whom == BROKER) for weather, links in struck.items() if links}
    assert met == {(what, before_broker) for what in KINDS for before_broker in (True, False)}
    assert check(run) == []
