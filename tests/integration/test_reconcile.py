"""A real worker's run has no findings; each fault that is planted into its audit is found, and nothing else."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from reading import committed
from reconcile_support import Dumped, Ended, ended, found
from replay_support import cli_of

from processors.reconciling.finding import KINDS
from schemas.codec import encode
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.events import make_play
from streams.demo.stage import Stage
from streams.metrics.registry import Metrics
from streams.reconciling.nightly import LAST_NIGHT, Nightly

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile_support import Change

    from schemas.records import AuditRecord

EVENTS = 200
LIMIT_S = 240.0


async def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(30, 1)) as stage:
        await (await stage.start_worker()).ready()
        await stage.publish(make_play(EVENTS, time.time_ns() // 1000, [stage.teller(Random(1))]))
        assert await stage.wait_settled(await stage.in_log(), LIMIT_S)
        await stage.stop_workers()

        metrics = Metrics()
        assert await Nightly(stage.settings, metrics).once() == 0
        said = json.loads((stage.settings.data_dir / LAST_NIGHT).read_text("utf-8"))
        assert (said["passes"], said["missing"]) == (stage.settings.partitions, 0)
        assert said["events"] >= EVENTS
        assert metrics.registry.get_sample_value("consent_relay_reconcile_findings", {"finding": "missing"}) == 0

        dumped = Dumped(stage.settings)
        assert await found(stage, dumped) == []
        assert await found(stage, dumped, most=60) == [], "as many passes as it takes"
        cases = list(ended(dumped.facts()))
        assert len(cases) >= len(PLANTS)
        for number, plant in enumerate(PLANTS):
            at, change, kind, about = plant(cases[number])
            dumped.planted = {at.record_id: change}
            findings = await found(stage, dumped)
            assert [(each.kind, each.delivery_id) for each in findings] == [(kind, about)], plant.__name__
            assert await found(stage, dumped, most=60) == findings, plant.__name__
        await _the_command_tells_what_was_written_into_the_audit(stage, cases[0])


async def _the_command_tells_what_was_written_into_the_audit(stage: Stage, one: Ended) -> None:
    cli, tomorrow = cli_of(stage), datetime.now(UTC) + timedelta(days=1)
    (told,) = await asyncio.to_thread(cli.json, "reconcile")
    assert (told["finding"], told["surplus"]) == (None, 0)
    at, change, kind, about = forged(one)
    other = change(at)[-1]
    place = next(r.partition for r in await committed(stage.settings, topics.AUDIT) if r.value == encode(at))
    writer = clients.writer(stage.settings)
    await writer.start()
    await writer.send_and_wait(topics.AUDIT, encode(other), key=(other.pid or "").encode(), partition=place)
    await writer.stop()
    finding, total = await asyncio.to_thread(cli.json, "reconcile", "--controller", "oomnis", code=1)
    assert (finding["finding"], finding["delivery_id"], finding["partition"]) == (kind, about, place)
    assert [total[name] for name in KINDS] == [name == kind for name in KINDS]
    text = (await asyncio.to_thread(cli.run, "reconcile", code=1)).stdout
    assert text.startswith(f"{kind}: ")
    assert f"1 {kind}" in text
    (none,) = await asyncio.to_thread(cli.json, "reconcile", "--since", f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}")
    assert none[kind] == 0


Plant = tuple["AuditRecord", "Change", str, str | None]
"""The record that is changed, and how; what is to be found, and of which delivery."""


def removed(one: Ended) -> Plant:
    return one.outcome, lambda _: (), "missing", one.leg.delivery_id


def forged(one: Ended) -> Plant:
    other = "f" * 64
    return one.outcome, lambda fact: (fact, fact.changed(delivery_id=other)), "surplus", other


def missed(one: Ended) -> Plant:
    legs = tuple(leg for leg in one.planned.legs or () if leg is not one.leg)
    return one.planned, lambda fact: (fact.changed(legs=legs),), "missing", one.leg.delivery_id


def late(one: Ended) -> Plant:
    at = (one.leg.due_at or 0) + 1
    return one.outcome, lambda fact: (fact.changed(at=at),), "late", one.leg.delivery_id


def contradicted(one: Ended) -> Plant:
    return (
        one.outcome, lambda fact: (fact, fact.changed(outcome="failed")), "conflicting",
        one.leg.delivery_id,
    )  # fmt: skip


def unheard(one: Ended) -> Plant:
    return one.planned, lambda _: (), "missing", None


PLANTS = (removed, forged, missed, late, contradicted, unheard)
