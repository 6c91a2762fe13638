"""A worker dies at ten points of its work, with events on their way, and is started again: everything settles."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import HEALTHY
from harness.cluster import PARTITIONS, Cluster
from harness.workload import make_records
from sizes import SEED, SETTLE_S

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

CONCURRENCY, TIMEOUT_S = 4, 2.0
"""A new owner waits for so long; whatever makes the vendors' process miss it is written down as its standstill."""
IN_HAND = CONCURRENCY * PARTITIONS * len(HEALTHY)
"""Calls of a worker when it dies that are in the air, or whose outcome is not committed."""
MOST = {
    "before_call": 15,
    "after_call": 15,
    "before_outcome": 8,
    "before_commit": 8,
    "after_commit": 8,
    "router_before_outcome": 3,
    "router_before_commit": 3,
    "router_after_commit": 3,
    "takeover_after_init": 12,
    "takeover_after_restore": 12,
}
"""Point → the nth passing at the latest, which every launch is sure to reach."""
EACH = 60
PEOPLE = 120


def draw(seed: int) -> list[str]:
    """Every point once, in any order."""
    rng = Random(f"steps {seed}")
    return [f"{point}:{rng.randint(1, MOST[point])}" for point in rng.sample(sorted(MOST), len(MOST))]


@pytest.mark.timeout(1200)
async def test_whatever_step_a_worker_dies_at_nothing_is_lost_and_only_what_was_in_hand_is_done_again(
    tmp_path: Path,
) -> None:
    cuts = draw(SEED)
    print(f"SEED={SEED} in {tmp_path}: {', '.join(cuts)}")
    more = (("timeout_s", TIMEOUT_S), ("concurrency", CONCURRENCY))
    accounts = [replace(account, more=more) for account in HEALTHY]
    async with Cluster(tmp_path, accounts, people=PEOPLE, seed=SEED) as cluster:
        records = make_records(
            EACH * (1 + len(cuts)), cluster.people, cluster.settings.partitions, SEED, now_micros()
        )
        for number, cut in enumerate(cuts):
            await cluster.publisher.publish(records[number * EACH :][:EACH])
            began = time.monotonic()
            await cluster.start_worker(FAULTS_CUT=cut)
            await cluster.dies()
            print(f"{cut}: dead after {time.monotonic() - began:.1f} s")
        await cluster.publisher.publish(records[len(cuts) * EACH :])
        await cluster.start_worker()
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        run = await cluster.finish(in_hand=IN_HAND)
    # A call is made again only if the worker died between the two, and never once its outcome is committed.
    assert check(run) == []
