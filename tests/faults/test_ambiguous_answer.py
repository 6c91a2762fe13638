"""A vendor does what it is asked and breaks off before it says so; nothing that can be told apart is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from math import inf
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from checker import check
from checker.rundir import Run
from harness.accounts import Account
from harness.cluster import Cluster
from harness.wire import Wire
from harness.workload import PURPOSES, Record, choice, record_of
from sizes import EVENTS, KILLS, SEED, SETTLE_S

from infra.sandbox import Fault
from infra.sandbox.crm_answers import given_ids
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Act = tuple[str, str, str | None]
"""Whom it names, its effect, its purpose."""
PEOPLE = min(EVENTS // 10, 2000)
RESETS = (Fault(kind="reset", share=0.15),)
FEW = (Fault(kind="reset", share=0.07),)
"""A deletion at the CRM takes many calls: were more of them broken off, the breaker would take it for down."""
RESETTING = (
    Account("crm", "zoho_crm", FEW),
    Account("campaigns", "zoho_campaigns", RESETS),
    Account("analytics", "google_analytics", RESETS),
)
MOMENTS = (("crm", "delete"), ("crm", "update"), ("campaigns", "listsubscribe"), ("analytics", "user_deletion"))
"""Of what is killed for; the first is not to be repeated blindly."""


def one_choice_each(cluster: Cluster) -> list[Record]:
    """So that whatever is done twice for a person is a repeat."""
    rng, now = Random(f"choices {SEED}"), now_micros()
    kinds = ("deletion.requested", "deletion.requested", "consent.withdrawn", "consent.granted")
    return [
        record_of(
            choice(
                person,
                kind := rng.choice(kinds),
                None if kind == "deletion.requested" else tuple(rng.sample(PURPOSES, 3)),
                str(UUID(int=rng.getrandbits(128), version=4)),
                now,
            ),
            cluster.settings.partitions,
        )
        for person in cluster.people
    ]


@pytest.mark.timeout(1800)
async def test_what_is_applied_and_not_answered_for_is_repeated_without_harm_and_confirmed(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, RESETTING, people=PEOPLE, seed=SEED) as cluster, AsyncExitStack() as stack:
        wires = {name: Wire(cluster, name) for name in cluster.accounts}
        for name in cluster.accounts:
            await stack.enter_async_context(cluster.fault("reset", name))
        owners = await records_of(cluster)
        await cluster.start_worker("w1")
        await cluster.ready()
        records = one_choice_each(cluster)
        for number in range(KILLS):
            lane, verb = MOMENTS[number % len(MOMENTS)]
            async with asyncio.TaskGroup() as both:
                killed = both.create_task(wires[lane].kill_at_reset(verb, "w1", SETTLE_S))
                both.create_task(cluster.publisher.publish(records[number::KILLS]))
            assert killed.result(), f"no {verb} was called at {lane}"
            await cluster.start_worker("w1")
        assert await cluster.settled(SETTLE_S), cluster.progress.open
        await stack.aclose()
        run = Run(await cluster.finish())
        print({name: dict(wire.count()) for name, wire in wires.items()})
    assert all(wire.count()[0] for wire in wires.values())
    for lane in cluster.accounts:
        assert applied_twice(run, lane) == []
        assert repeated(run, lane), "no call was repeated, so nothing was shown"
    times, blindly = deletions(wires["crm"], owners)
    print(f"deletions were called for {max(times.values())} times at most")
    assert max(times.values()) > 1
    assert blindly == []
    assert noted_too_late(run) == []
    assert check(run.path) == []


async def records_of(cluster: Cluster) -> dict[str, str]:
    """The CRM's records: id → whose, by e-mail address."""
    emails = {person.key: person.email for person in cluster.people}
    async with cluster.sandboxes["crm"].client() as client:
        states = await client.everybody("zoho_crm")
    return {record["id"]: emails[key] for key, state in states.items() for record in state["zoho_crm"]["records"]}


def acts(run: Run, lane: str) -> Iterator[tuple[Act, bool]]:
    """What was done to whom by the vendor's own ledger, and whether that changed anything."""
    for entry in run.ledger(lane):
        for given in entry["given"]:
            yield (given, entry["effect"], entry["detail"].get("purpose")), entry["changed"]


def applied_twice(run: Run, lane: str) -> list[Act]:
    applied = Counter(act for act, changed in acts(run, lane) if changed)
    return [act for act, times in applied.items() if times > 1]


def repeated(run: Run, lane: str) -> int:
    return sum(times > 1 for times in Counter(act for act, _ in acts(run, lane)).values())


def deletions(wire: Wire, owners: Mapping[str, str]) -> tuple[Counter[str], list[str]]:
    """How often each record was to be deleted, and those to be deleted again without having been searched again."""
    searched: dict[str, int] = {}
    called: dict[str, int] = {}
    times, blindly = Counter[str](), list[str]()
    for number, heard in enumerate(wire):
        if heard.call.verb == "search" and heard.status:
            searched[heard.call.params["email"]] = number
        elif heard.call.verb == "delete":
            for record in given_ids(heard.call):
                if searched.get(owners[record], -1) < called.get(record, 0):
                    blindly.append(record)
                called[record] = number
                times[record] += 1
    return times, blindly


def noted_too_late(run: Run) -> list[str]:
    """Whose deletion the CRM was called for before the audit had it as attempted."""
    noted: dict[str, int] = {}
    for line in run.lines("audit.jsonl"):
        record = line["record"]
        if record["outcome"] == "attempted" and record["lane"] == "crm":
            noted.setdefault(record["pid"], line["timestamp"])
    entries = [entry for entry in run.ledger("crm") if entry["effect"] == "delete"]
    return [
        who for entry in entries for who in entry["people"] if noted.get(run.pid(who) or "", inf) * 1000 > entry["at"]
    ]
