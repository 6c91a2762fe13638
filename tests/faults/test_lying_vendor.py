"""A vendor answers 200 and says in the body that it did nothing: that is never taken for done."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from checker import check
from checker.rundir import Run
from harness.accounts import Account
from harness.cluster import Cluster
from harness.workload import make_records
from sizes import EVENTS, SEED, SETTLE_S

from infra.sandbox import Fault
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIES = (Fault(kind="lie", share=0.1),)
LIAR = "crm-liar"
LYING = (
    Account("crm", "zoho_crm", LIES),
    Account("campaigns", "zoho_campaigns", LIES),
    Account("analytics", "google_analytics", LIES),
    Account(LIAR, "zoho_crm", (Fault(kind="lie", vendor="zoho_crm"),), dead=True),
)
DONE = {"accepted", "executed", "verified"}
COUNT = EVENTS // 5


@pytest.mark.timeout(1800)
async def test_a_vendor_that_says_200_and_did_nothing_is_not_believed(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, LYING, seed=SEED) as cluster, AsyncExitStack() as stack:
        for name in cluster.accounts:
            await stack.enter_async_context(cluster.fault("lie", name))
        await cluster.start_worker("w1")
        await cluster.ready()
        await cluster.publisher.publish(
            make_records(COUNT, cluster.people, cluster.settings.partitions, SEED, now_micros())
        )
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        await stack.aclose()
        struck = {name: await cluster.struck(name) for name in cluster.accounts}
        run = Run(await cluster.finish())
    print(f"lies: {struck}")
    assert all(struck.values())
    for lane in struck:
        assert list(believed(run, lane)) == []
    assert run.ledger(LIAR) == []
    assert check(run.path) == []


def believed(run: Run, lane: str) -> Iterator[str]:
    """Outcomes that say that something was done, or nobody found, for people for whom the vendor has done nothing."""
    done = {run.pid(who) for entry in run.ledger(lane) for who in entry["people"]}
    there = {run.pid(key) for key, person in run.people.items() if person["crm"]}
    for line in run.lines("audit.jsonl"):
        record = line["record"]
        if record["kind"] != "outcome" or record["lane"] != lane:
            continue
        if record["outcome"] in DONE and record["pid"] not in done:
            yield f"{record['outcome']} for {record['pid']}"
        if record["outcome"] == "no_match" and lane == LIAR and record["pid"] in there:
            yield f"no_match for {record['pid']}"
