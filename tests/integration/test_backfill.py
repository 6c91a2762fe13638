"""A vendor is connected to a relay that has people: it is brought what stands, through kills, and nothing twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli, fields, jsonl
from ownership_support import until
from reading import audit, committed
from reconcile_support import Dumped, found

from infra.sandbox import Person
from processors.reconciling.finding import KINDS
from schemas.codec import decode
from schemas.records import Delivery
from streams import topics
from streams.demo.cast import Cast
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from schemas.records import AuditRecord

LANE = "zoho-crm"
COUNT, HELD = 40, 19
LIMIT_S = 240.0
PEOPLE = [Person(key=f"who-{number}", email=f"who-{number}@example.com") for number in range(COUNT)]
WHY = ("--reason", "a new CRM", "--by", "eva")
PURPOSE = "marketing-campaigns"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, Cast(tuple(PEOPLE), (), ())) as stage:
        yield stage


def cli_of(stage: Stage) -> Cli:
    return Cli({f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}, stage.settings)


def choices() -> list[dict[str, Any]]:
    """The first ten withdraw and grant again, the next ten are deleted, one under a hold, the others withdraw."""
    events = [fields(PEOPLE[HELD].key, kind="hold.placed", purposes=..., method="support")]
    for number, person in enumerate(PEOPLE):
        own = {"identities": [{"type": "email", "value": person.email}]}
        if 10 <= number < 20:
            events.append(fields(person.key, kind="deletion.requested", purposes=..., **own))
            continue
        events.append(fields(person.key, purposes="all", **own))
        if number < 10:
            later = {"kind": "consent.granted", "occurred_at": "2026-03-02T10:30:00Z", "lawful_basis": "consent"}
            events.append(fields(person.key, purposes="all", **own, **later))
    return events


async def opted_out(stage: Stage) -> set[str]:
    """Whom the vendor holds as opted out, by key."""
    async with stage.sandbox.client() as client:
        everybody = await client.everybody("zoho_crm")
    return {key for key, held in everybody.items() if all(one["opted_out"] for one in held["zoho_crm"]["records"])}


async def brought(stage: Stage) -> list[Delivery]:
    records = await committed(stage.settings, topics.deliveries(LANE))
    return [decode(Delivery, record.value) for record in records]


async def planned(stage: Stage, count: int) -> bool:
    return sum(one.kind == "planned" for one in await audit(stage.settings)) >= count


async def judged_before_the_vendor_came(stage: Stage, events: list[dict[str, Any]]) -> None:
    path, cli = stage.directory / "relay.toml", cli_of(stage)
    whole = path.read_text("utf-8")
    path.write_text("\n\n".join(b for b in whole.split("\n\n") if not b.startswith(f"[connections.{LANE}]")), "utf-8")
    await (await stage.start_worker()).ready()
    file = stage.directory / "events.jsonl"
    file.write_text(jsonl(*events))
    code, _, errors = await cli.ended("publish", str(file))
    assert code == 0, errors
    await until(lambda: planned(stage, len(events)), LIMIT_S)
    assert await brought(stage) == []
    code, out, _ = await cli.ended("backfill", "--lane", LANE, "--dry-run", *WHY)
    assert (code, "no connection of this worker has that name" in out) == (1, True)

    await stage.stop_workers()
    path.write_text(whole, "utf-8")
    await (await stage.start_worker()).ready()


async def brought_through_kills(stage: Stage) -> dict[str, int]:
    process = cli_of(stage).start("backfill", "--lane", LANE, *WHY, "--wait", str(LIMIT_S), "--json")
    for _ in range(3):
        await stage.kill_worker()
        await (await stage.start_worker()).ready()
    out, errors = await _ended(process)
    assert process.returncode == 0, errors
    counts: dict[str, int] = json.loads(out)["counts"]
    return counts


async def test_a_new_vendor_is_brought_what_stands_once_through_kills(stage: Stage) -> None:
    cli, events = cli_of(stage), choices()
    await judged_before_the_vendor_came(stage, events)
    told = await cli.said("backfill", "--lane", LANE, "--dry-run", *WHY)
    counts = told["counts"]
    assert (counts["withdraw"], counts["missing_identity"], counts["stands_no_more"]) == (21, 9, 10)
    assert counts["retained"] == 1
    assert await brought(stage) == [], "a dry run sends nothing"

    counts = await brought_through_kills(stage)
    assert (counts["withdraw"], counts["missing_identity"], counts["retained"]) == (21, 9, 1)
    carried = await brought(stage)
    assert Counter(one.event_id for one in carried) == dict.fromkeys((e["event_id"] for e in events[-21:]), 1)

    wanted = {person.key for person in PEOPLE[HELD:]}

    async def all_done() -> bool:
        return wanted <= await opted_out(stage)

    await until(all_done, LIMIT_S)
    assert await opted_out(stage) == wanted, "some granted it again, the others can't be found any more"
    again = await cli.said("backfill", "--lane", LANE, *WHY)
    assert "withdraw" not in again["counts"]
    assert len(await brought(stage)) == len(carried)
    cycles = [one for one in await audit(stage.settings) if one.kind == "cycle" and one.lane == LANE and one.legs]
    ended = Counter(one.legs[0].outcome for one in cycles if one.legs)
    assert (ended["failed"], ended["retained"]) == (9, 1)
    judged = await cli.said("reconcile")
    assert [judged[kind] for kind in KINDS] == [0, 0, 0, 0], judged
    assert judged["events"] >= len(events)
    await stage.stop_workers()
    compared = await cli.said("replay", "--diff")
    assert compared["differences"] == 0, "what a hold keeps at the new vendor, too"
    await left_out(stage, cycles)


async def left_out(stage: Stage, cycles: list[AuditRecord]) -> None:
    """If the backfill had left out somebody, reconcile would name just them."""
    dumped = Dumped(stage.settings)
    for outcome in ("failed", "retained"):
        missed = next(one for one in cycles if one.legs and one.legs[0].outcome == outcome)
        dumped.planted = {missed.record_id: lambda _: ()}
        findings = await found(stage, dumped)
        assert [(one.kind, one.lane, one.event_id) for one in findings] == [("missing", LANE, missed.event_id)]


async def _ended(process: Any) -> tuple[str, str]:
    out, errors = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
    return out, errors
