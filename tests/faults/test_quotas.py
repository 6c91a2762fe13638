"""Limits in several windows, shared by four workers that die and come, and a vendor that asks to wait."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from checker import check
from checker.rundir import Run
from harness.accounts import Account
from harness.cluster import Cluster
from harness.wire import Wire
from harness.workload import make_records
from sizes import EVENTS, SEED, SETTLE_S

from infra.sandbox import Fault
from infra.sandbox.limits import Limit
from schemas.codec import decode
from schemas.quota import Quota
from schemas.times import SECOND
from streams import topics
from streams.logs import scan
from streams.ownership.tenure import QUOTA_KEY, now_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.wire import Heard

WORKERS = ("w1", "w2", "w3", "w4")
COUNT = EVENTS * 12 // 100
EACH, TOGETHER = (30, 1.0), ((100, 5.0), (300, 20.0))
"""Calls and seconds: of each API, and of all of them."""
LIMITS = [dict(zip(("calls", "seconds"), one, strict=True)) for one in (EACH, *TOGETHER)]
LIMITS = [{**limit, "together": limit["calls"] != EACH[0]} for limit in LIMITS]
WAIT_S = 4
BUSY = (
    Fault(kind="status", status=429, retry_after_s=WAIT_S, share=0.005),
    Fault(kind="status", status=429, retry_after_s=WAIT_S, retry_after_as="date", share=0.005),
)
CALLS_AT_ONCE = (("concurrency", 4),)
"""Four workers' make 16, and the CRM refuses above 20."""
LIMITED = (
    Account("campaigns", "zoho_campaigns", more=(("limits", LIMITS),)),
    Account("crm", "zoho_crm", BUSY, more=CALLS_AT_ONCE),
)
KEPT_S = 20
"""So long a wait is written down."""
GIVEN_UP_S = 4
"""After so long the relay waits for an answer no more."""
REFUSED = "a call too many is refused, and the vendor may ask everybody to wait for half an hour"
ON_THEIR_WAY = 8
"""Calls of a worker after it was asked to wait: those under way, and as many that began before it read that."""


@pytest.mark.timeout(1800)
async def test_four_workers_keep_all_windows_through_deaths_and_rebalances(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, LIMITED, people=COUNT, seed=SEED, limits_scale=1.0) as cluster:
        limited, busy = Wire(cluster, "campaigns"), Wire(cluster, "crm")
        enforce(limited)
        for name in WORKERS:
            await cluster.start_worker(name)
        await cluster.ready()
        records = make_records(COUNT, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await cluster.publisher.publish(records)
        await churn(cluster, limited)
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        busy.note_waits()
        run = await cluster.finish(limits={"campaigns": TOGETHER})
    used = {f"{calls} in {seconds:g} s": worst(times(limited), seconds) for calls, seconds in TOGETHER}
    each = {verb: worst(times(limited, verb), EACH[1]) for verb in {heard.call.verb for heard in limited}}
    print(f"most calls in any window: {used}, {EACH[0]} in {EACH[1]:g} s: {each}")
    print(f"answers: campaigns {dict(limited.count())}, crm {dict(busy.count())}")
    assert all_taken(limited), REFUSED
    assert max(each.values()) <= EACH[0]
    assert all(worst(times(limited), seconds) <= calls for calls, seconds in TOGETHER)
    assert worst(times(limited), TOGETHER[-1][1]) > TOGETHER[-1][0] // 4, "the limit limited nothing"
    assert (asked := wishes(busy, run)), "nobody was asked to wait"
    assert list(impatient(busy, asked, WAIT_S)) == []
    assert check(run) == []


async def test_whoever_follows_a_dead_worker_waits_as_the_vendor_wished(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    wish = Fault(kind="status", status=429, retry_after_s=KEPT_S, verb="search", times=1)
    accounts = (Account("crm", "zoho_crm", (wish,), more=CALLS_AT_ONCE),)
    async with Cluster(tmp_path, accounts, seed=SEED, limits_scale=1.0) as cluster:
        wire = Wire(cluster, "crm")
        await cluster.start_worker("w1")
        await cluster.ready()
        records = make_records(100, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await cluster.publisher.publish(records)
        assert await cluster.wait(lambda: wire.count()[429] > 0, SETTLE_S)
        await written_down(cluster, "crm")
        await cluster.kill("w1")
        await cluster.start_worker("w1")
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        wire.note_waits()
        run = await cluster.finish()
    asked = next(heard for heard in wire if heard.status == 429)
    later = [heard for heard in wire if heard.call.authorization != asked.call.authorization]
    assert later, "nobody called who had to be told"
    assert min(heard.call.at for heard in later) >= asked.left + KEPT_S
    assert list(impatient(wire, [asked], KEPT_S)) == []
    assert check(run) == []


async def written_down(cluster: Cluster, lane: str) -> None:
    """Wait until each partition of the lane has it in its state that the vendor wants no calls."""
    waiting: set[int] = set()
    async with asyncio.timeout(SETTLE_S):
        while len(waiting) < cluster.settings.partitions:
            async for record in scan(cluster.settings, topics.lane_state(lane)):
                if record.key == QUOTA_KEY and decode(Quota, record.value).holds:
                    waiting.add(record.partition)


def enforce(wire: Wire) -> None:
    """The sandbox refuses what is above the limits, so that nobody has to believe the counting here."""
    limits = (Limit(*EACH), *(Limit(*one, together=True) for one in TOGETHER))
    wire.engine.limiter.own = {operation.verb: limits for operation in wire.engine.vendor.operations()}


async def churn(cluster: Cluster, wire: Wire) -> None:
    """One worker is killed, another one comes, one leaves in order, the dead one comes back."""
    step = COUNT // 6

    async def reached(calls: int) -> None:
        came = await cluster.wait(lambda: len(wire) >= calls or not all_taken(wire), SETTLE_S)
        assert all_taken(wire), REFUSED
        assert came, f"only {len(wire)} calls"

    await reached(step)
    await cluster.kill("w2")
    await cluster.start_worker("w5")
    await reached(2 * step)
    await cluster.stop("w3")
    await cluster.start_worker("w2")
    await cluster.recovered("w2")


def all_taken(wire: Wire) -> bool:
    return set(wire.count()) <= {200}


def times(wire: Wire, verb: str | None = None) -> list[float]:
    return sorted(heard.call.at for heard in wire if verb in {None, heard.call.verb})


def worst(moments: list[float], seconds: float) -> int:
    """The most in any window of that length."""
    most = first = 0
    for number, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, number - first + 1)
    return most


def wishes(wire: Wire, run: Path) -> list[Heard]:
    """Answers that asked to wait, and that were heard.

    What vendors answer after their process stood still may go to nobody: the relay has given such a call up.
    """
    still = [fault for fault in Run(run).faults if fault["what"] == "standstill"]
    lost = [(fault["at"] / SECOND, fault["until"] / SECOND + GIVEN_UP_S) for fault in still]
    asked = (heard for heard in wire if heard.status == 429)
    return [one for one in asked if not any(began <= one.left < ended for began, ended in lost)]


def impatient(wire: Wire, asked: Iterable[Heard], wait_s: float) -> Iterator[str]:
    """Waits that a worker, known by its token, was asked for, and in which it went on with its calls."""
    calls: dict[str, list[float]] = defaultdict(list)
    for heard in wire:
        calls[heard.call.authorization].append(heard.call.at)
    for one in asked:
        count = sum(one.left < at < one.left + wait_s for at in calls[one.call.authorization])
        if count > ON_THEIR_WAY:
            yield f"called {count} times after it was asked to wait {wait_s:g} s"
