"""The lone broker is killed, stopped and frozen while events come in: nothing that it acknowledged is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.acts import BROKER_FREEZE, BROKER_KILL, BROKER_STOP, draw
from harness.cluster import Cluster
from harness.conductor import Conductor
from harness.workload import make_records
from sizes import BROKER_FROZEN_S, FEWER, KILLS, SEED, SETTLE_S, WORKERS

from infra.kafka.config import SESSION_S
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

FROZEN = max(1, KILLS // 3)
"""How many of the bounces."""


@pytest.mark.timeout(1800 + FEWER // 10)
@pytest.mark.parametrize(("kinds", "count", "session_s"), [
    pytest.param((BROKER_KILL, BROKER_STOP), KILLS - FROZEN, SESSION_S, id="ended"),
    pytest.param((BROKER_FREEZE,), FROZEN, BROKER_FROZEN_S + 10, id="frozen"),
])  # fmt: skip
async def test_nothing_is_lost_and_nobody_has_to_lend_a_hand(
    tmp_path: Path, kinds: tuple[str, ...], count: int, session_s: float
) -> None:
    """Each kind of bounce at least once; the frozen one outlasts the workers' sessions.

    And not its own: struck off by its own controller, a lone Kafka 4.3 may forget to end what it has confirmed, and
    that is done twice then (KAFKA-20734, docs/how-it-works.md). One that was killed waits for the end of its own
    session before it comes back, so that session is short where nothing is frozen.
    """
    print(f"SEED={SEED} in {tmp_path}")
    people = max(300, FEWER // 10)
    async with Cluster(tmp_path, people=people, seed=SEED, broker_session_s=session_s) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await Conductor(cluster).play(draw(SEED, max(count, len(kinds)), kinds, ("broker",)), records)
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        run = await cluster.finish()
    assert check(run) == []
