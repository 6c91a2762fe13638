"""The same with a real worker, whose wall clock is turned ahead while a vendor fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from checker import check
from harness.accounts import Account
from harness.cluster import Cluster
from harness.wire import Wire
from harness.workload import make_records
from sizes import EVENTS, SEED, SETTLE_S

from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

COUNT = EVENTS // 10
FAILING = "campaigns-failing"
BUDGET_S, DOWN_S, STEP_S = 3300, 3000, 300
"""A clock more than an hour ahead would be another fault: Kafka refuses what is dated so."""
LANES = (
    Account(
        FAILING, "zoho_campaigns", (Fault(kind="status", vendor="zoho_campaigns"),), more=(("retry_for_s", BUDGET_S),)
    ),
    Account("crm", "zoho_crm"),
)


@pytest.mark.timeout(1800)
async def test_nobody_is_given_up_before_time_and_all_is_done_when_the_vendor_is_well(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    clock = tmp_path / "clock"
    clock.write_text("0")
    async with Cluster(tmp_path, LANES, people=max(300, COUNT // 8), seed=SEED) as cluster:
        wire, progress = Wire(cluster, FAILING), cluster.progress
        await cluster.start_worker("w1", FAULTS_CLOCK=str(clock))
        await cluster.ready()
        async with cluster.fault("503", FAILING), cluster.fault("clock", "w1"):
            records = make_records(COUNT, cluster.people, cluster.settings.partitions, SEED, now_micros())
            await cluster.publisher.publish(records)
            for ahead_s in range(STEP_S, DOWN_S + 1, STEP_S):
                await asyncio.sleep(1.0)
                clock.write_text(str(ahead_s))
            done = cluster.publisher.acked
            assert await cluster.wait(lambda: progress.judged >= done and not progress.left("crm"), SETTLE_S), (
                progress.open
            )
            print(f"{len(wire)} calls while {progress.left(FAILING)} deliveries waited: {dict(wire.count())}")
            assert not {"failed", "accepted", "executed"} & progress.told(FAILING)
            assert len(wire) < progress.left(FAILING), "the breaker kept most of them from being tried"
            cluster.sandboxes[FAILING].world.faults.clear()
            assert await cluster.settled(SETTLE_S), progress.open
        assert "failed" not in progress.told(FAILING)
        run = await cluster.finish()
    assert check(run) == []
