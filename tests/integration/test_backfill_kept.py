"""What a backfill brings is kept back like all else: too many deletions, a dry run, a cancel window."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import fields, jsonl
from ownership_support import until
from reading import audit
from requests_support import WHY, cli_of

from infra.sandbox import Person
from processors.reconciling.finding import KINDS
from schemas.times import DAY, iso
from streams.demo.cast import Cast
from streams.demo.stage import Stage
from streams.ownership.tenure import now_micros
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LIMIT_S = 240.0
CRM, GUARDED, WINDOWED = "zoho-crm", "google-analytics", "analytics-too"
PEOPLE = [Person(key=f"who-{n}", email=f"who-{n}@example.com", ga_client_id=f"{n}.1720000000") for n in range(60)]
PART = 12
"""Of the 50 deletions an hour that are never too many: what one of four partitions may do."""
WINDOW_DAYS = 2


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, Cast(tuple(PEOPLE), (), ())) as stage:
        yield stage


def returned() -> list[dict[str, Any]]:
    """Everybody is erased and comes back: so the relay knows again whom a vendor has to delete."""
    events = []
    for person in PEOPLE:
        names = [{"type": "email", "value": person.email}, {"type": "ga_client_id", "value": person.ga_client_id}]
        events.append(fields(person.key, kind="deletion.requested", purposes=..., identities=names))
        again = {"occurred_at": "2026-03-02T10:30:00Z", "lawful_basis": "consent", "purposes": ["surveys"]}
        events.append(fields(person.key, kind="consent.granted", identities=names, **again))
    return events


async def restarted(stage: Stage, blocks: list[str]) -> None:
    """All workers, with such a relay.toml."""
    await stage.stop_workers()
    (stage.directory / "relay.toml").write_text("\n\n".join(blocks), "utf-8")
    code, _, errors = await cli_of(stage).ended("topics", "apply")
    assert code == 0, errors
    await (await stage.start_worker()).ready()


async def kept(stage: Stage, lane: str, status: str) -> list[dict[str, Any]]:
    code, out, errors = await cli_of(stage).ended("lanes", "show", lane, "--status", status, "--json")
    assert code == 0, errors
    return [json.loads(line) for line in out.splitlines()]


async def is_kept(stage: Stage, lane: str, status: str, **actions: int) -> None:
    async def so() -> bool:
        return Counter(one["action"] for one in await kept(stage, lane, status)) == actions

    await until(so, LIMIT_S)


async def erased(stage: Stage) -> dict[str, int]:
    """How many deletions each vendor has taken."""
    async with stage.sandbox.client() as client:
        told = [entry for entry in await client.ledger() if entry["effect"] in {"delete", "purge"}]
    return {name: sum(one["vendor"] == name for one in told) for name in ("zoho_crm", "google_analytics")}


async def brought(stage: Stage, lane: str) -> int:
    """Deletions that a backfill has brought to that lane."""
    told = await cli_of(stage).said("backfill", "--lane", lane, *WHY, "--wait", str(LIMIT_S))
    return int(told["counts"]["delete"])


async def published(stage: Stage, events: list[dict[str, Any]]) -> None:
    file = stage.directory / "events.jsonl"
    file.write_text(jsonl(*events))
    code, _, errors = await cli_of(stage).ended("publish", str(file))
    assert code == 0, errors
    await until(lambda: planned(stage, len(events)), LIMIT_S)


async def test_a_backfill_is_held_rehearsed_or_can_be_cancelled_as_the_connection_says(stage: Stage) -> None:
    whole = (stage.directory / "relay.toml").read_text("utf-8").strip().split("\n\n")
    by_name = {block.partition("\n")[0].strip("[]").removeprefix("connections."): block for block in whole}
    old = [block for name, block in by_name.items() if name not in {CRM, GUARDED}]
    await restarted(stage, old)
    events = returned()
    await published(stage, events)

    rehearsing = by_name[CRM].replace('mode = "live"', 'mode = "dry-run"')
    guarded = by_name[GUARDED].replace('surge = "off"', 'surge = "on"')
    await restarted(stage, [*old, rehearsing, guarded])
    assert (await brought(stage, CRM), await brought(stage, GUARDED)) == (len(PEOPLE), len(PEOPLE))
    await is_kept(stage, CRM, "dry_run", delete=len(PEOPLE))
    homes = Counter(home_of(stage.settings.partitions)(person.key) for person in PEOPLE)
    too_many = sum(max(0, count - PART) for count in homes.values())
    await is_kept(stage, GUARDED, "held", delete=too_many)
    await until(lambda: are_erased(stage, zoho_crm=0, google_analytics=len(PEOPLE) - too_many), LIMIT_S)
    await released(stage, GUARDED, "--held")
    await until(lambda: are_erased(stage, zoho_crm=0, google_analytics=len(PEOPLE)), LIMIT_S)

    rule = f'cancel_window = "{WINDOW_DAYS}d"'
    windowed = [block + f"\n{rule}" if block.startswith("[controllers.") else block for block in [*old, guarded]]
    second = by_name[GUARDED].replace(f"[connections.{GUARDED}]", f"[connections.{WINDOWED}]")
    await restarted(stage, [*windowed, by_name[CRM], second])
    assert await brought(stage, WINDOWED) == len(PEOPLE)
    await is_kept(stage, WINDOWED, "waiting", delete=len(PEOPLE))
    (end,) = {one["next_at"] for one in await kept(stage, WINDOWED, "waiting")}
    assert end > iso(now_micros() + (WINDOW_DAYS - 1) * DAY), "however long ago it was said"
    code, _, errors = await cli_of(stage).ended("lanes", "cancel", WINDOWED, "--event", events[0]["event_id"], *WHY)
    assert code == 0, errors
    await is_kept(stage, WINDOWED, "waiting", delete=len(PEOPLE) - 1)
    await released(stage, CRM)
    await is_kept(stage, CRM, "waiting", delete=len(PEOPLE))
    assert await are_erased(stage, zoho_crm=0, google_analytics=len(PEOPLE))
    checked = await cli_of(stage).said("reconcile")
    assert [checked[kind] for kind in KINDS] == [0, 0, 0, 0], checked
    await stage.stop_workers()
    assert (await cli_of(stage).said("replay", "--diff"))["differences"] == 0, "the audit says what waits"


async def released(stage: Stage, lane: str, *which: str) -> None:
    told = await cli_of(stage).said("lanes", "release", lane, *which)
    done = await cli_of(stage).said("lanes", "release", lane, *which, "--confirm", told["confirm"], *WHY)
    assert done["partitions"]


async def are_erased(stage: Stage, **count: int) -> bool:
    return await erased(stage) == count


async def planned(stage: Stage, count: int) -> bool:
    return sum(one.kind == "planned" for one in await audit(stage.settings)) >= count
