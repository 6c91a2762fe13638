"""What a worker did, rebuilt from the audit alone: the same bytes each time, the same as what it keeps."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import until
from reading import committed
from replay_support import about, cli_of, differences, fenced, guard, publish, replayed, run_a_while, settles

from schemas.codec import decode_own
from schemas.ids import pid
from schemas.records import AuditRecord
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CRM_TOO = (
    '"marketing-campaigns" = [',
    '"marketing-campaigns" = [{ to = "zoho-one/crm", lines = [201], mark = "derived" }, ',
)
"""A draft in which the CRM gets marketing data, too."""
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    cast = replace(make_cast(30, 1), flaky=())  # what is parked stays so: no call comes late
    async with Stage(tmp_path, cast, retry_budget=0.1) as stage:
        await run_a_while(stage)
        await settles(stage)
        await stage.stop_workers()
        yield stage


async def test_the_state_comes_back_from_the_audit_alone_and_no_vendor_is_called(stage: Stage) -> None:
    fence = guard(stage)
    first = await fenced(stage, "first", "--processes", "2")
    assert await replayed(stage, "second") == first, "twice the same bytes"
    log = [json.loads(line) for line in Path(fence["GUARD_LOG"]).read_text().splitlines()]
    assert {str(port) for _, port in log} == {fence["GUARD_PORT"]}, (
        "the fence saw them connect, and to the broker only"
    )
    people = {row["pid"]: row for row in map(json.loads, first["people.jsonl"].splitlines())}
    assert len(people) == 8
    key = stage.settings.key("pepper")
    erased = {pid(key, "oomnis", stage.cast.people[n].key) for n in (1, 5)}
    assert {who for who, row in people.items() if row["erased_at"]} == erased
    deliveries = [json.loads(line) for line in first["deliveries.jsonl"].splitlines()]
    parked = {one["pid"] for one in deliveries if (one["lane"], one["outcome"]) == ("zoho-crm", "parked")}
    assert parked == {pid(key, "oomnis", stage.cast.people[5].key)}
    for person in stage.cast.people[:8]:
        assert all(person.email.encode() not in written for written in first.values())
    await _one_persons_state_is_theirs_alone(stage, first)
    await _parquet_holds_the_same_rows(stage, first)
    await _time_travels_by_moment_and_by_offsets(stage, first)
    await _a_shadow_under_the_same_policy_is_the_same(stage)
    await _a_shadow_under_a_draft_tells_what_differs(stage)


async def _time_travels_by_moment_and_by_offsets(stage: Stage, whole: dict[str, bytes]) -> None:
    records = await committed(stage.settings, topics.AUDIT)
    times_ms = sorted(record.timestamp for record in records)
    by_offsets = ",".join(f"{n}:{end}" for n, end in json.loads(whole["replay.json"])["offsets"].items())
    assert await replayed(stage, "by-offsets", "--as-of", by_offsets) == whole
    by_time = await replayed(stage, "by-time", "--as-of", _iso(times_ms[-1]))
    assert by_time["people.jsonl"] == whole["people.jsonl"]
    assert by_time["deliveries.jsonl"] == whole["deliveries.jsonl"]
    none = await replayed(stage, "before", "--as-of", _iso(times_ms[0] - 1))
    assert none["people.jsonl"] == none["deliveries.jsonl"] == b""
    half = json.loads((await replayed(stage, "half", "--as-of", _iso(times_ms[len(records) // 2])))["replay.json"])
    assert 0 < half["records"] < len(records)
    person = stage.cast.people[1].key
    shown = ("audit", "show", "--controller", "oomnis", "--subject", person, "--as-of")
    (now,) = await asyncio.to_thread(cli_of(stage).json, *shown, _iso(times_ms[-1]))
    assert now["state"]["erased_at"]
    assert [one["kind"] for one in now["records"]].count("planned") == 3
    nobody = await asyncio.to_thread(cli_of(stage).run, *shown, _iso(times_ms[0] - 1), code=1)
    assert "knows nobody" in nobody.output


async def _one_persons_state_is_theirs_alone(stage: Stage, whole: dict[str, bytes]) -> None:
    person = stage.cast.people[1]
    whose = pid(stage.settings.key("pepper"), "oomnis", person.key)
    one = await replayed(stage, "one", "--controller", "oomnis", "--subject", person.key)
    for name in ("people.jsonl", "requests.jsonl", "deliveries.jsonl"):
        theirs = [line for line in whole[name].splitlines() if json.loads(line)["pid"] == whose]
        assert theirs
        assert one[name].splitlines() == theirs


async def _parquet_holds_the_same_rows(stage: Stage, plain: dict[str, bytes]) -> None:
    from pyarrow import parquet  # noqa: PLC0415 - only here

    written = await replayed(stage, "first", "--parquet")
    assert written == plain
    for name in ("people", "requests", "deliveries"):
        rows = [json.loads(line) for line in written[f"{name}.jsonl"].splitlines()]
        table = parquet.read_table(stage.directory / "first" / f"{name}.parquet").to_pylist()
        assert table == [{column: row.get(column) for column in table[0]} for row in rows]
    bytes_of = (stage.directory / "first" / "people.parquet").read_bytes
    before = bytes_of()
    await replayed(stage, "first", "--parquet")
    assert bytes_of() == before
    await replayed(stage, "first")
    assert not [*(stage.directory / "first").glob("*.parquet")], "of another moment"


async def _a_shadow_under_the_same_policy_is_the_same(stage: Stage) -> None:
    (told,) = await asyncio.to_thread(cli_of(stage).json, "replay", "--shadow")
    assert told["total"] == {"events": 15, "otherwise": 0, "added": 0, "gone": 0, "changed": 0, "deadlines": 0}


async def _a_shadow_under_a_draft_tells_what_differs(stage: Stage) -> None:
    own = (files("schemas") / "policies" / "oomnis.toml").read_text("utf-8")
    draft = stage.directory / "draft.toml"
    draft.write_text(own.replace(*CRM_TOO, 1), "utf-8")
    shadow = ("replay", "--shadow", "--policy-file", str(draft))
    *found, told = await asyncio.to_thread(cli_of(stage).json, *shadow)
    assert told["total"] == {"events": 15, "otherwise": 2, "added": 0, "gone": 0, "changed": 2, "deadlines": 0}
    for one in found:
        (changed,) = one["changed"]
        was, would = changed["fields"]["purposes"]
        assert (changed["leg"]["lane"], {*would} - {*was}) == ("zoho-crm", {"marketing-campaigns"})
    text = (await asyncio.to_thread(cli_of(stage).run, *shadow)).stdout
    assert all(f"{one['event_id']} deletion.requested of {one['pid']}\n  ~ zoho-one/crm" in text for one in found)
    other = await asyncio.to_thread(cli_of(stage).run, *shadow[:-1], "osome", code=2)
    assert "no event that was read was judged by a policy 'osome'" in other.output


async def test_a_lost_state_comes_back_from_the_topics_and_nobody_is_called_again(stage: Stage) -> None:
    before = await replayed(stage, "before")
    calls = (stage.directory / "ledger.jsonl").read_bytes()
    for own in (stage.directory / "faust", stage.directory / "workers"):
        assert [*own.rglob("*")]
        rmtree(own)
    stage.settings.witness.unlink()
    await (await stage.start_worker("another-1")).ready()
    await settles(stage)
    assert (stage.directory / "ledger.jsonl").read_bytes() == calls
    after = await replayed(stage, "after")
    assert after["people.jsonl"] == before["people.jsonl"]
    assert _untimed(after["requests.jsonl"]) == _untimed(before["requests.jsonl"])
    code, told = await differences(stage)
    assert (code, told[-1]["differences"]) == (0, 0)
    await _what_stood_counts(stage)
    assert (stage.directory / "ledger.jsonl").read_bytes() == calls
    await stage.stop_workers()
    await _a_difference_is_named(stage)


async def _what_stood_counts(stage: Stage) -> None:
    """A repeat changes nothing, and a grant from before the withdrawal comes too late."""
    repeated = json.loads((stage.directory / "events.jsonl").read_text().splitlines()[0])
    await publish(stage, repeated, about(stage, 0, "consent.granted", "15", purposes=["surveys"]))
    whose = pid(stage.settings.key("pepper"), "oomnis", stage.cast.people[0].key).encode()
    kinds: list[str] = []

    async def judged() -> bool:
        log = [record for record in await committed(stage.settings, topics.AUDIT) if record.key == whose]
        kinds[:] = [decode_own(AuditRecord, record.value).kind for record in log]
        return "stale" in kinds

    await until(judged, 60)
    judgements = {"planned", "duplicate", "stale"}
    assert [kind for kind in kinds if kind in judgements] == ["planned", "planned", "duplicate", "stale"]


async def _a_difference_is_named(stage: Stage) -> None:
    whose = pid(stage.settings.key("pepper"), "oomnis", stage.cast.people[2].key)
    (kept,) = [r for r in await committed(stage.settings, topics.STATE) if r.key == whose.encode() and r.value][-1:]
    writer = clients.writer(stage.settings)
    await writer.start()
    await writer.send_and_wait(topics.STATE, None, key=kept.key, partition=kept.partition)
    await writer.stop()

    async def named() -> bool:
        code, told = await differences(stage)
        found = [(one["what"], one["key"], one["live"], one["rebuilt"]) for one in told[:-1]]
        return code == 1 and found == [("person", whose, None, "there")]

    await until(named, 60)


def _untimed(requests: bytes) -> list[Any]:
    """Without since when it is so: what is parked is tried again, and parked again."""
    rows = [json.loads(line) for line in requests.splitlines()]
    return [{**row, "legs": [{**leg, "at": None} for leg in row["legs"]]} for row in rows]


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
