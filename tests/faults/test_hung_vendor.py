"""A vendor takes calls and never answers: its lane waits and nobody else's does; then it drains in order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import HEALTHY, Account
from harness.cluster import Cluster
from harness.workload import make_records
from sizes import EVENTS, SEED, SETTLE_S

from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.workload import Record

HUNG = "crm-hung"
LANES = (*HEALTHY, Account(HUNG, "zoho_crm"))
COUNT = EVENTS * 2 // 5
HANG_S = min(300.0, EVENTS / 250)
PARTS = 20
MOST_GROWTH_KIB = 150 * 1024
"""Far above what a lane may keep, far below what it would keep if nothing bounded it."""


@pytest.mark.timeout(1800)
async def test_a_hung_vendor_holds_up_nobody_else_and_drains_in_order(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, LANES, people=max(300, COUNT // 8), seed=SEED) as cluster:
        await cluster.start_worker("w1")
        await cluster.ready()
        records = make_records(COUNT, cluster.people, cluster.settings.partitions, SEED, now_micros())
        third = COUNT // 3
        await spread(cluster, records[:third], HANG_S / 2)
        assert await cluster.settled(SETTLE_S)
        hung_from, before = now_micros(), resident_kib(cluster)
        async with cluster.fault("hang", HUNG):
            await hang(cluster, records[third:])
        after = resident_kib(cluster)
        tell(cluster, hung_from)
        print(f"resident memory: {before // 1024} MiB before, {after // 1024} MiB after {HANG_S:g} s")
        assert after - before < MOST_GROWTH_KIB
        assert await cluster.settled(SETTLE_S + HANG_S)
        run = await cluster.finish()
    assert check(run) == []


async def hang(cluster: Cluster, records: Sequence[Record]) -> None:
    """Publish while the vendor hangs; all that others are to do gets done meanwhile."""
    sandbox, progress = cluster.sandboxes[HUNG], cluster.progress
    sandbox.arm(Fault(kind="hang"))
    done = len(sandbox.world.ledger.entries)
    grown = await spread(cluster, records, HANG_S)
    print(f"open at {HUNG}: {grown}")
    judged = cluster.publisher.acked
    assert await cluster.wait(lambda: progress.judged >= judged and set(progress.open.values()) == {HUNG}, SETTLE_S)
    assert progress.left(HUNG) > grown[0]
    assert len(sandbox.world.ledger.entries) == done
    sandbox.world.faults.clear()


async def spread(cluster: Cluster, records: Sequence[Record], over_s: float) -> list[int]:
    """Publish them part by part; after each, what is open at the vendor that hangs, or will."""
    is_open = []
    for part in range(PARTS):
        start, end = part * len(records) // PARTS, (part + 1) * len(records) // PARTS
        await cluster.publisher.publish(records[start:end])
        await asyncio.sleep(over_s / PARTS)
        is_open.append(cluster.progress.left(HUNG))
    return is_open


def resident_kib(cluster: Cluster) -> int:
    status = Path(f"/proc/{cluster.workers['w1'].pid}/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def tell(cluster: Cluster, hung_from: int) -> None:
    """How long the healthy ones took from an event to its outcome, before and while the other hung."""
    for account in HEALTHY:
        took = cluster.progress.took[account.name]
        for when, some in (
            ("before", [s for at, s in took if at < hung_from]),
            ("meanwhile", [s for at, s in took if at >= hung_from]),
        ):
            cuts = quantiles(some, n=100)
            print(f"{account.name:10} {when:10} {len(some):5} deliveries, p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s")
