"""Standing opt-outs from a CSV file, through broker and worker: remembered once, told to a vendor only if asked."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import fields, jsonl
from ownership_support import until
from reading import audit, committed
from requests_support import cli_of

from infra.sandbox import Person
from processors.reconciling.finding import KINDS
from schemas.codec import decode
from schemas.events import ConsentEvent
from streams import topics
from streams.demo.cast import Cast
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LIMIT_S = 240.0
COUNT, HALF = 40, 20
PEOPLE = [Person(key=f"who-{number}", email=f"who-{number}@example.com") for number in range(COUNT)]
ROWS = [f"{one.key},{one.email},all,2026-05-03\n" for one in PEOPLE]
HEAD = "subject_id,email,purposes,occurred_at\n"
BAD = "who-1,who-1@example.com,nonsense,2026-05-03\n"
REPEATED, REFUSED = COUNT + 2, COUNT + 3
"""Lines of the file."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, Cast(tuple(PEOPLE), (), ())) as stage:
        yield stage


async def imported(stage: Stage, file: Path, *more: str, code: int = 0) -> list[dict[str, Any]]:
    asked = ("import", str(file), "--controller", "oomnis", *more, "--json")
    ended, out, errors = await cli_of(stage).ended(*asked)
    assert ended == code, errors
    assert "@example.com" not in out + errors, "rows are named, never people"
    return [json.loads(line) for line in out.splitlines()]


async def events(stage: Stage) -> list[ConsentEvent]:
    return [decode(ConsentEvent, record.value) for record in await committed(stage.settings, topics.EVENTS)]


async def judged(stage: Stage, **count: int) -> None:
    """Wait for so many verdicts of each kind, and for no others."""

    async def there() -> bool:
        found = Counter(one.kind for one in await audit(stage.settings))
        return {kind: found[kind] for kind in ("planned", "duplicate", "stale", "rejected") if found[kind]} == count

    await until(there, LIMIT_S)


async def called(stage: Stage) -> set[str]:
    """Whom any vendor was called about."""
    async with stage.sandbox.client() as client:
        return {who for entry in await client.ledger() for who in entry["people"]}


async def opted_out(stage: Stage) -> int:
    async with stage.sandbox.client() as client:
        everybody = await client.everybody("zoho_crm")
    return sum(all(one["opted_out"] for one in held["zoho_crm"]["records"]) for held in everybody.values())


async def granted_in_march(stage: Stage) -> None:
    """By the first one of the file, which is of May."""
    grant = stage.directory / "grant.jsonl"
    grant.write_text(jsonl(fields("who-0", kind="consent.granted", purposes=["surveys"], lawful_basis="consent")))
    code, _, errors = await cli_of(stage).ended("publish", str(grant))
    assert code == 0, errors


async def test_what_a_file_says_stands_and_no_vendor_hears_of_it_unless_asked(stage: Stage) -> None:
    await (await stage.start_worker()).ready()
    file = stage.directory / "optouts.csv"
    file.write_text(HEAD + "".join(ROWS) + ROWS[0] + BAD)
    would = await imported(stage, file, "--dry-run", code=1)
    expected = {**dict.fromkeys(range(2, COUNT + 2), "valid"), REPEATED: "repeated", REFUSED: "refused"}
    assert {row["line"]: row["result"] for row in would} == expected
    assert await events(stage) == [], "a dry run publishes nothing"

    part = stage.directory / "part.csv"  # as after an import that was broken off
    part.write_text(HEAD + "".join(ROWS[:HALF]))
    assert {row["result"] for row in await imported(stage, part)} == {"published"}
    told = await imported(stage, file, code=1)
    published = [row for row in told if row["result"] == "published"]
    assert [row["event_id"] for row in published] == [row["event_id"] for row in would if row["result"] == "valid"]
    assert {row["line"]: row["result"] for row in told if row not in published} == {
        REPEATED: "repeated", REFUSED: "refused",
    }  # fmt: skip
    assert (stage.directory / "optouts.csv.rejected.csv").read_text() == HEAD + BAD
    found = await events(stage)
    assert Counter(one.subject_id for one in found) == {p.key: 2 if n < HALF else 1 for n, p in enumerate(PEOPLE)}
    assert {(one.kind, one.method, one.vendors_told) for one in found} == {("consent.withdrawn", "import", True)}
    await judged(stage, planned=COUNT, duplicate=HALF)

    await granted_in_march(stage)
    await judged(stage, planned=COUNT, duplicate=HALF, stale=1)
    assert await called(stage) == set(), "the vendors know already, says the file"

    told_too = stage.directory / "tell.csv"
    told_too.write_text(HEAD + "".join(ROWS[HALF:]))
    assert {row["result"] for row in await imported(stage, told_too, "--tell-vendors")} == {"published"}

    async def all_told() -> bool:
        return await opted_out(stage) == COUNT - HALF

    await until(all_told, LIMIT_S)
    assert await called(stage) == {person.key for person in PEOPLE[HALF:]}, "who was asked for, and nobody else"
    checked = await cli_of(stage).said("reconcile")
    assert [checked[kind] for kind in KINDS] == [0, 0, 0, 0], checked
