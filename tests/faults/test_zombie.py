"""A worker is frozen with calls in the air, replaced, and wakes up: nothing that it still has in hand may count."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from checker import check
from harness.accounts import HEALTHY
from harness.cluster import Cluster
from harness.segments import owners, strangers
from harness.workload import make_records
from sizes import FEWER, KILLS, READY_S, SEED, SETTLE_S, WORKERS

from infra.kafka.config import LOG_DIR
from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness.workload import Record

SESSION_S = 10.0
SLOW = Fault(kind="latency", seconds=1.0, share=0.5)
"""Far below the time-out (4 s), as the judge isn't told: what comes after that would look like a zombie's call."""
QUIET_S = 4.0
POLL_S = 0.2
ROUNDS = max(2, KILLS // 2)


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_who_was_replaced_while_frozen_writes_nothing_and_calls_nobody(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    rng, log_dir = Random(f"zombie {SEED}"), tmp_path / "kafka" / LOG_DIR
    async with Cluster(
        tmp_path, HEALTHY, people=max(300, FEWER // 10), seed=SEED, session_timeout=SESSION_S
    ) as cluster:
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        share = -(-len(records) // ROUNDS)
        for number in range(ROUNDS):
            zombie, part = rng.choice(WORKERS), records[number * share : (number + 1) * share]
            if number % 2:
                await wake_among_others_work(cluster, zombie, part, rng)
            else:
                await wake_when_all_is_done(cluster, zombie, part, rng)
            await cluster.recovered(zombie)
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        run = await cluster.finish()
        assert strangers(log_dir) == []
    assert check(run) == []


async def wake_when_all_is_done(cluster: Cluster, zombie: str, records: Sequence[Record], rng: Random) -> None:
    """Others have done all that is due, so that whatever is called or told after that is the zombie's."""
    publishing = await in_the_midst(cluster, records, rng)
    log_dir = cluster.run.path / "kafka" / LOG_DIR
    async with cluster.frozen(zombie):
        before = owners(log_dir)
        disarm(cluster)
        await publishing
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        await replaced(cluster, zombie)
        assert owners(log_dir) != before
        done = calls(cluster)
    await asyncio.sleep(QUIET_S)
    assert calls(cluster) == done


async def wake_among_others_work(cluster: Cluster, zombie: str, records: Sequence[Record], rng: Random) -> None:
    publishing = await in_the_midst(cluster, records, rng)
    async with cluster.frozen(zombie):
        disarm(cluster)
        await asyncio.sleep(SESSION_S + rng.uniform(1, 4))
        await replaced(cluster, zombie)
    await publishing


async def replaced(cluster: Cluster, zombie: str) -> None:
    """Wait until the others have taken over all partitions of all roles."""
    roles = ("router", *(f"lane {name}" for name in cluster.accounts))
    missing = everything = {(role, part) for role in roles for part in range(cluster.settings.partitions)}
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_S), aiohttp.ClientSession() as session:
            while missing:
                await asyncio.sleep(POLL_S)
                told = [await worker.health(session) for name, worker in cluster.workers.items() if name != zombie]
                missing = everything - {place for health in told for place in taken_over(health)}
    assert not missing, f"nobody has taken over {sorted(missing)} from {zombie}"


def taken_over(health: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for role, how in health.get("roles", {}).items():
        if how["state"] == "up":
            yield from ((role, part) for part in how["partitions"])


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
