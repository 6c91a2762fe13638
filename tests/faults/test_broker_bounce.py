"""The lone broker is killed, stopped and frozen while events come in: nothing that it acknowledged is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.cluster import Cluster
from harness.conductor import BROKER_FREEZE, BROKER_KILL, BROKER_STOP, Conductor, draw
from harness.workload import make_records
from sizes import BROKER_FROZEN_S, FEWER, KILLS, SEED, SETTLE_S, WORKERS

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

BOUNCES = (BROKER_KILL, BROKER_STOP, BROKER_FREEZE)


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_nothing_is_lost_and_nobody_has_to_lend_a_hand(tmp_path: Path) -> None:
    """Each kind of bounce at least once; the frozen one outlasts the workers' sessions.

    And not its own: struck off by its own controller, a lone Kafka 4.3 may forget to end what it has confirmed, and
    that is done twice then (KAFKA-20734, docs/how-it-works.md).
    """
    print(f"SEED={SEED} in {tmp_path}")
    people = max(300, FEWER // 10)
    async with Cluster(tmp_path, people=people, seed=SEED, broker_session_s=BROKER_FROZEN_S + 10) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        acts = draw(SEED, max(KILLS - 1, len(BOUNCES)), BOUNCES, ("broker",))
        await Conductor(cluster).play(acts, records)
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        run = await cluster.finish()
    assert check(run) == []
