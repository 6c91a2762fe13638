"""A real worker's run has no findings; each fault that is planted into a copy of its audit is found, and no other."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli
from reading import committed

from schemas.codec import decode, encode
from schemas.records import AuditRecord
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.events import make_play
from streams.demo.stage import Stage
from streams.metrics.registry import Metrics
from streams.reconciling.nightly import COMMAND, Nightly
from streams.reconciling.run import Counted, reconciler

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from processors.reconciling.finding import Finding

EVENTS = 250
LIMIT_S = 240.0
COPY = "consent.audit-planted"
FINALS = {"executed", "verified"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """After a run of one worker, which has stopped."""
    async with Stage(tmp_path, make_cast(30, 1)) as stage:
        await (await stage.start_worker()).ready()
        rng = Random(1)
        events = make_play(EVENTS, time.time_ns() // 1000, [stage.teller(rng)])
        await stage.publish(events)
        assert await stage.wait_settled(await stage.in_log(), LIMIT_S)
        await stage.stop_workers()
        yield stage


async def found(stage: Stage, audit: str = topics.AUDIT, **more: Any) -> list[Finding]:
    work = reconciler(stage.settings, stage.config, Counted(), audit)
    if more:
        work = type(work)(work.settings, work.law, work.counted, audit, **more)
    return sorted([finding async for finding in work.findings()], key=lambda one: one.offset or 0)


class Plants:
    """Faults for a copy of the audit, each with what has to be found of it."""

    def __init__(self, records: list[ConsumerRecord]) -> None:
        self.facts: list[tuple[ConsumerRecord, AuditRecord | None]] = [
            (record, decode(AuditRecord, record.value)) for record in records
        ]
        self.more: list[tuple[ConsumerRecord, AuditRecord]] = []
        self.expected: list[tuple[str, str | None]] = []
        self._whose: set[str | None] = set()
        self._plain = self._once()

    def _once(self) -> set[str | None]:
        """Deliveries of which the audit has one word alone."""
        told = [fact.delivery_id for _, fact in self.facts if fact and fact.delivery_id]
        return {one for one in told if told.count(one) == 1}

    def outcome(self) -> tuple[int, AuditRecord]:
        """One of somebody to whom nothing was done yet."""
        for number, (_, fact) in enumerate(self.facts):
            fits = fact and fact.kind == "outcome" and fact.outcome in FINALS and fact.delivery_id in self._plain
            if fact and fits and fact.pid not in self._whose:
                self._whose.add(fact.pid)
                return number, fact
        raise AssertionError("the run was too short")

    def plan_of(self, outcome: AuditRecord) -> tuple[int, AuditRecord]:
        for number, (_, fact) in enumerate(self.facts):
            if fact and fact.kind == "planned" and fact.event_id == outcome.event_id:
                return number, fact
        raise AssertionError("an outcome without a plan")

    def put(self, number: int, fact: AuditRecord | None) -> None:
        self.facts[number] = (self.facts[number][0], fact)

    def expect(self, kind: str, delivery_id: str | None) -> None:
        self.expected.append((kind, delivery_id))


def planted(records: list[ConsumerRecord]) -> Plants:
    plants = Plants(records)
    number, fact = plants.outcome()  # a removed outcome
    plants.put(number, None)
    plants.expect("missing", fact.delivery_id)

    number, fact = plants.outcome()  # a forged one
    plants.more.append((plants.facts[number][0], fact.model_copy(update={"delivery_id": "f" * 64})))
    plants.expect("surplus", "f" * 64)

    number, fact = plants.outcome()  # a missed leg
    number, plan = plants.plan_of(fact)
    legs = tuple(leg for leg in plan.legs or () if leg.delivery_id != fact.delivery_id)
    plants.put(number, plan.model_copy(update={"legs": legs}))
    plants.expect("missing", fact.delivery_id)

    number, fact = plants.outcome()  # a late one
    leg = next(leg for leg in plants.plan_of(fact)[1].legs or () if leg.delivery_id == fact.delivery_id)
    plants.put(number, fact.model_copy(update={"at": (leg.due_at or 0) + 1}))
    plants.expect("late", fact.delivery_id)

    number, fact = plants.outcome()  # one that contradicts it
    plants.more.append((plants.facts[number][0], fact.model_copy(update={"outcome": "failed"})))
    plants.expect("conflicting", fact.delivery_id)

    number, fact = plants.outcome()  # an event that nothing is said of
    plants.put(plants.plan_of(fact)[0], None)
    plants.expect("missing", None)
    return plants


async def copy(stage: Stage, plants: Plants) -> None:
    admin = await clients.admin(stage.settings)
    try:
        await topics.apply(admin, [topics.Topic(COPY, 0)], stage.settings.partitions, 1)
    finally:
        await admin.close()
    producer = clients.writer(stage.settings)
    await producer.start()
    try:
        for record, fact in (*plants.facts, *plants.more):
            if fact is not None:
                await producer.send(COPY, encode(fact), record.key, record.partition, record.timestamp)
        await producer.flush()
    finally:
        await producer.stop()


def cli_of(stage: Stage) -> Cli:
    return Cli({f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}, stage.settings)


async def test_planted_faults_are_found_and_nothing_else(stage: Stage) -> None:
    assert await found(stage) == []
    assert await found(stage, most=20) == []  # many passes
    said = await cli_of(stage).said("reconcile")
    assert (said["finding"], said["missing"], said["passes"]) == (None, 0, stage.settings.partitions)
    assert said["events"] >= EVENTS
    plants = planted(await committed(stage.settings, topics.AUDIT))
    await copy(stage, plants)
    findings = await found(stage, COPY)
    assert sorted((one.kind, one.delivery_id or "") for one in findings) == sorted(
        (kind, delivery_id or "") for kind, delivery_id in plants.expected
    )
    assert sorted(await found(stage, COPY, most=20)) == sorted(findings)
    metrics = Metrics()
    assert await Nightly(stage.settings, metrics).once() == 0
    assert metrics.registry.get_sample_value("consent_relay_reconcile_findings", {"finding": "missing"}) == 0
    assert await Nightly(stage.settings, metrics, command=(*COMMAND, "--controller", "nobody")).once() is None
