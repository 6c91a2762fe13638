"""Manual tasks on a real broker: the vendor's part is done by the lane, the rest by a person, who says so."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli, cli_at
from lane_support import LaneUnderTest, lane_at
from ownership_support import LIMIT_S, until
from reading import audit

from infra.sandbox import Person, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from schemas.records import AuditRecord, Delivery

BEN, EVA = (Person(key=key, email=f"{key}@example.com") for key in ("ben", "eva"))
pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, EVA])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    """Zoho Campaigns: no call deletes a contact."""
    urls, lists = sandbox.settings.base_urls, dict(sandbox.settings.list_keys)
    options = {"accounts_url": urls["zoho_accounts"], "lists": lists}
    return await lane_at(
        kafka.bootstrap,
        tmp_path,
        sandbox,
        adapter="zoho_campaigns",
        serves=["zoho-one/marketing"],
        base_url=urls["zoho_campaigns"],
        options=options,
    )


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    cli = cli_at(kafka.bootstrap, tmp_path)
    cli.env["CONSENT_RELAY_RELAY_KEY"] = bytes(range(32)).hex()
    return cli


async def run(cli: Cli, *args: str) -> tuple[int, str, str]:
    process = cli.start(*args)
    out, errors = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
    return process.returncode, out, errors


async def listed(cli: Cli, lane: LaneUnderTest) -> list[dict[str, Any]]:
    code, out, _ = await run(cli, "tasks", "list", "--lane", lane.name, "--json")
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


async def ends(lane: LaneUnderTest, delivery: Delivery) -> list[AuditRecord]:
    records = await audit(lane.settings)
    return [one for one in records if one.delivery_id == delivery.delivery_id and one.kind == "outcome"]


async def test_a_task_is_listed_shown_and_done_with_proof_once(lane: LaneUnderTest, cli: Cli, tmp_path: Path) -> None:
    proof = tmp_path / "deleted.png"
    proof.write_bytes(b"a screenshot")
    given = ("--lane", lane.name, "--reason", "by hand", "--by", "eva")
    of_ben, of_eva = (lane.delivery(who, "delete", number) for number, who in enumerate((BEN, EVA), 1))
    await lane.deliver(of_ben, of_eva)
    async with lane.working():
        await lane.settled(2)
        told = {task["delivery_id"]: task for task in await listed(cli, lane)}
        assert told.keys() == {of_ben.delivery_id, of_eva.delivery_id}
        assert "@" not in json.dumps(told)
        short = of_ben.delivery_id[:12]
        _, out, _ = await run(cli, "tasks", "show", short)
        assert "ben@example.com" not in out
        _, out, _ = await run(cli, "tasks", "show", short, "--reveal")
        assert "identities: email=ben@example.com" in out
        code, out, errors = await run(
            cli, "tasks", "done", short, *given, "--evidence", str(proof), "--link", "https://t.example/7"
        )
        assert (code, errors) == (0, "")
        assert out.splitlines()[1:] == [f"lane {lane.name}, partitions 0: 1 done"]
        assert (await lane.entries()).keys() == {of_eva.delivery_id}
        code, _, errors = await run(cli, "tasks", "done", short, *given, "--link", "https://t.example/7")
        assert (code, "is done already" in errors, "by eva" in errors) == (1, True, True)
    done = [one for one in await ends(lane, of_ben) if one.outcome == "done"]
    assert [(one.reason, one.command.by if one.command else None) for one in done] == [("by hand", "eva")]
    assert done[0].evidence
    assert done[0].evidence.link == "https://t.example/7"
    assert done[0].evidence.detail == f"file_sha256={hashlib.sha256(b'a screenshot').hexdigest()}"


async def test_what_is_no_task_of_that_lane_is_said_to_be_what_it_is(lane: LaneUnderTest, cli: Cli) -> None:
    given = ("--reason", "by hand", "--link", "https://t.example/7")
    one, other = lane.delivery(BEN, "delete", 1), lane.delivery(BEN, "delete", 2)
    await lane.deliver(one)
    async with lane.working():
        await lane.settled(1)
        code, _, errors = await run(cli, "tasks", "done", one.delivery_id, "--lane", "nowhere", *given)
        assert (code, "there is no lane 'nowhere'" in errors) == (2, True)
        code, _, errors = await run(cli, "tasks", "done", "0" * 64, "--lane", lane.name, *given)
        assert (code, "nobody knows a delivery" in errors) == (1, True)
        await lane.deliver(other)
        await until(lambda: is_left(lane, other))
        code, _, errors = await run(cli, "tasks", "done", one.delivery_id, "--lane", lane.name, *given)
        assert (code, "a newer instruction took its place" in errors) == (1, True)
        assert other.event_id in errors
    assert [record.outcome for record in await ends(lane, one)] == ["manual_task", "superseded"]


async def test_a_command_that_nobody_heard_yet_is_carried_out_once_by_the_next_worker(
    lane: LaneUnderTest, cli: Cli
) -> None:
    one = lane.delivery(BEN, "delete", 1)
    await lane.deliver(one)
    async with lane.working():
        await lane.settled(1)
    given = ("--lane", lane.name, "--reason", "by hand", "--link", "https://t.example/7", "--wait", "1")
    for _ in range(2):
        code, _, errors = await run(cli, "tasks", "done", one.delivery_id, *given)
        assert (code, "the next worker that has them finds it" in errors) == (2, True)
    async with lane.working("w2"):
        await until(lambda: is_empty(lane))
        await until(lambda: both_told(lane))
    assert [record.outcome for record in await ends(lane, one)] == ["manual_task", "done"]


async def is_left(lane: LaneUnderTest, delivery: Delivery) -> bool:
    return (await lane.entries()).keys() == {delivery.delivery_id}


async def is_empty(lane: LaneUnderTest) -> bool:
    return not await lane.entries()


async def both_told(lane: LaneUnderTest) -> bool:
    records = await audit(lane.settings)
    said = [one.evidence for one in records if one.lane == lane.name and one.kind == "command"]
    return {one.detail for one in said if one} >= {"1 done"} and len(said) == 2 * 4
