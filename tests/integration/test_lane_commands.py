"""What operators want of a lane, from the command line to the vendor: over `consent.control`, carried out once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli, cli_at
from lane_support import PARTITIONS, LaneUnderTest, kill, lane_at
from ownership_support import until

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from schemas.codec import decode
from schemas.records import AuditRecord
from streams import topics
from streams.control import following
from streams.lanes.foreman import PAUSE, RESUME
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

BEN = Person(key="ben", email="ben@example.com")
ALL = set(range(PARTITIONS))
pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    return await lane_at(kafka.bootstrap, tmp_path, sandbox)


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    return cli_at(kafka.bootstrap, tmp_path)


async def run(cli: Cli, *args: str) -> tuple[int, str, str]:
    """`consent-relay` as a program: exit code, stdout, stderr."""
    process = cli.start(*args)
    out, errors = await asyncio.to_thread(process.communicate, timeout=60)
    return process.returncode, out, errors


async def said(cli: Cli, *args: str) -> dict[str, Any]:
    code, out, errors = await run(cli, *args, "--json")
    assert (code, errors) == (0, "")
    told: dict[str, Any] = json.loads(out)
    return told


async def commands(lane: LaneUnderTest) -> list[AuditRecord]:
    """What the audit says of this lane's commands."""
    records = [decode(AuditRecord, record.value) async for record in scan(lane.settings, topics.AUDIT)]
    return [record for record in records if record.lane == lane.name and record.kind == "command"]


async def test_a_paused_lane_calls_nobody_until_it_is_resumed_whoever_works_it(lane: LaneUnderTest, cli: Cli) -> None:
    role = f"lane {lane.name}"
    given = ("--reason", "maintenance", "--by", "ops")
    async with http_transport() as transport, following(lane.control, lane.settings):
        owner, task = await lane.start(transport)
        told = await said(cli, "lanes", "pause", lane.name, *given)
        assert told["partitions"] == dict.fromkeys(map(str, ALL), "paused")
        assert (lane.status.roles[role].paused, lane.status.ready) == (ALL, True)
        told = await said(cli, "lanes", "pause", lane.name, *given)
        assert told["partitions"] == dict.fromkeys(map(str, ALL), "was paused already")
        await lane.deliver(lane.delivery(BEN, "withdraw"))
        await until(lambda: any(reading.lag_records for reading in owner.readings()))
        await kill(owner, task)
    async with lane.working("w2") as second:
        await until(lambda: any(reading.lag_records for reading in second.readings()))
        assert lane.status.roles[role].paused == ALL
        assert await lane.outcomes() == []
        code, out, _ = await run(cli, "lanes", "resume", lane.name, *given)
        assert code == 0
        assert out.splitlines()[1:] == [f"lane {lane.name}, partitions 0, 1, 2, 3: goes on"]
        assert await lane.settled(1) == [("p1.ben", "executed", None)]
        assert lane.status.roles[role].paused == set()
    audit = await commands(lane)
    assert sorted(record.command.name for record in audit if record.command) == 8 * [PAUSE] + 4 * [RESUME]
    assert {(record.reason, record.command.by) for record in audit if record.command} == {("maintenance", "ops")}


async def test_a_command_without_a_worker_or_without_a_lane_is_said_to_be_so(lane: LaneUnderTest, cli: Cli) -> None:
    code, out, errors = await run(cli, "lanes", "pause", "nowhere", "--reason", "x")
    assert (code, out) == (2, "")
    assert "there is no lane 'nowhere'" in errors
    assert lane.name in errors
    code, out, errors = await run(cli, "lanes", "pause", lane.name, "--reason", "x", "--wait", "1")
    assert code == 2
    assert f"no lane {lane.name} has carried it out within 1 s for partitions 0, 1, 2, 3" in errors
    async with lane.working():
        await until(lambda: lane.status.roles[f"lane {lane.name}"].paused == ALL)
