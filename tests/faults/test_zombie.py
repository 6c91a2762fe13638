"""A worker is frozen with calls in the air, replaced, and wakes up: nothing that it still has in hand may count."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import HEALTHY
from harness.cluster import Cluster
from harness.segments import owners, strangers
from harness.workload import make_records
from sizes import FEWER, KILLS, SEED, SETTLE_S, WORKERS

from infra.kafka.config import LOG_DIR
from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.workload import Record

SESSION_S = 5.0
ACCOUNTS = tuple(replace(account, more=(("timeout_s", 2.0),)) for account in HEALTHY)
"""A call must end within half a session."""
SLOW = Fault(kind="latency", seconds=1.0, share=0.5)
QUIET_S = 4.0
ROUNDS = max(2, KILLS // 2)


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_who_was_replaced_while_frozen_writes_nothing_and_calls_nobody(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    rng, log_dir = Random(f"zombie {SEED}"), tmp_path / "kafka" / LOG_DIR
    async with Cluster(
        tmp_path, ACCOUNTS, people=max(300, FEWER // 10), seed=SEED, session_timeout=SESSION_S
    ) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        share = -(-len(records) // ROUNDS)
        for number in range(ROUNDS):
            zombie, part = rng.choice(WORKERS), records[number * share : (number + 1) * share]
            before = owners(log_dir)
            if number % 2:
                await wake_among_others_work(cluster, zombie, part, rng)
            else:
                await wake_when_all_is_done(cluster, zombie, part, rng)
            await cluster.recovered(zombie)
            assert owners(log_dir) != before
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        run = await cluster.finish()
        assert strangers(log_dir) == []
    assert check(run) == []


async def wake_when_all_is_done(cluster: Cluster, zombie: str, records: Sequence[Record], rng: Random) -> None:
    """Others have done all that is due, so that whatever is called or told after that is the zombie's."""
    publishing = await in_the_midst(cluster, records, rng)
    async with cluster.frozen(zombie):
        disarm(cluster)
        await publishing
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        done = calls(cluster)
    await asyncio.sleep(QUIET_S)
    assert calls(cluster) == done


async def wake_among_others_work(cluster: Cluster, zombie: str, records: Sequence[Record], rng: Random) -> None:
    publishing = await in_the_midst(cluster, records, rng)
    async with cluster.frozen(zombie):
        disarm(cluster)
        await asyncio.sleep(SESSION_S + rng.uniform(1, 4))
    await publishing


async def in_the_midst(cluster: Cluster, records: Sequence[Record], rng: Random) -> asyncio.Task[None]:
    """Half of all calls take long by now, so that some are in the air at any moment; the records still come in."""
    for account in cluster.accounts.values():
        cluster.sandboxes[account.name].arm(SLOW.model_copy(update={"vendor": account.adapter}))
    publishing = asyncio.create_task(cluster.publisher.publish(records, pause_s=0.5))
    await asyncio.sleep(rng.uniform(1, 3))
    return publishing


def disarm(cluster: Cluster) -> None:
    for sandbox in cluster.sandboxes.values():
        sandbox.world.faults.clear()


def calls(cluster: Cluster) -> dict[str, int]:
    """All that each account was ever asked, answered or not."""
    return {
        account.name: cluster.sandboxes[account.name].engines[account.adapter].served.total()
        for account in cluster.accounts.values()
    }
