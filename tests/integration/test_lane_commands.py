"""What operators want of a lane, from the command line to the vendor: over `consent.control`, carried out once."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli, cli_at
from lane_support import PARTITIONS, LaneUnderTest, kill, lane_at
from ownership_support import LIMIT_S, until
from reading import audit

from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from schemas.codec import encode
from schemas.records import AuditRecord, Command
from streams import clients, topics
from streams.control import MOST_BYTES, UNKNOWN, following
from streams.lanes.orders.pausing import PAUSE, RESUME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

BEN = Person(key="ben", email="ben@example.com")
EVA = Person(key="eva", email="eva@example.com")
ALL = set(range(PARTITIONS))
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
    return await lane_at(kafka.bootstrap, tmp_path, sandbox)


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    cli = cli_at(kafka.bootstrap, tmp_path)
    cli.env["CONSENT_RELAY_RELAY_KEY"] = bytes(range(32)).hex()
    return cli


async def run(cli: Cli, *args: str) -> tuple[int, str, str]:
    """`consent-relay` as a program: exit code, stdout, stderr."""
    process = cli.start(*args)
    out, errors = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
    return process.returncode, out, errors


async def said(cli: Cli, *args: str) -> dict[str, Any]:
    code, out, errors = await run(cli, *args, "--json")
    assert (code, errors) == (0, "")
    told: dict[str, Any] = json.loads(out)
    return told


async def commands(lane: LaneUnderTest) -> list[AuditRecord]:
    """What the audit says of this lane's commands."""
    records = await audit(lane.settings)
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


async def test_what_hands_wrote_into_the_control_topic_stops_no_lane(lane: LaneUnderTest) -> None:
    hand = partial(Command, args={}, by="hand", reason="x", at=0, lane=lane.name)
    ids = [f"{lane.name}-{number}" for number in range(5)]
    values = [
        b"garbage",
        encode(hand(command_id=ids[0], name=PAUSE).changed(reason="x" * MOST_BYTES)),
        encode(hand(command_id=ids[1], name="lanes.dance")),
        encode(hand(command_id=ids[2], name=PAUSE, lane="nowhere")),
        encode(hand(command_id=ids[3], name=RESUME)),
        encode(hand(command_id=ids[4], name=PAUSE)),
        encode(hand(command_id=ids[4], name=RESUME)),
    ]
    async with lane.working():
        producer = clients.writer(lane.settings)
        await producer.start()
        for value in values:
            await producer.send_and_wait(topics.CONTROL, value, partition=0)
        await producer.stop()
        await until(lambda: lane.status.roles[f"lane {lane.name}"].paused == ALL)
        await lane.deliver(lane.delivery(BEN, "withdraw"))
    audit = [one for one in await commands(lane) if one.command and one.evidence and one.command.by == "hand"]
    details = {(one.command.command_id, one.evidence.detail) for one in audit if one.command and one.evidence}
    assert (len(audit), details) == (
        3 * PARTITIONS, {(ids[1], UNKNOWN), (ids[3], "was not paused"), (ids[4], "paused")}
    )  # fmt: skip
    assert await lane.outcomes() == []


async def test_what_failed_is_sent_once_more_with_what_newer_choices_left_of_it(
    lane: LaneUnderTest, sandbox: Sandbox, cli: Cli
) -> None:
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=400))
    both = lane.delivery(BEN, "withdraw", 1, purposes=("one", "two"))
    given = ("--reason", "scopes", "--by", "ops")
    async with lane.working():
        await lane.deliver(both, lane.delivery(EVA, "withdraw", 2))
        assert {outcome for _, outcome, _ in await lane.settled(2)} == {"failed"}
        async with sandbox.client() as client:
            await client.clear_faults()
        await lane.deliver(lane.delivery(BEN, "grant", 3, purposes=("two",)))
        await lane.settled(3)
        told = await said(cli, "dead-letters", "redrive", "--lane", lane.name, "--delivery", both.delivery_id, *given)
        assert told["partitions"]["0"] == "1 sent once more"
        await lane.settled(4 + 2)  # with the records of the new cycle and of what is left
        (of_eva,) = [one for one in await lane.dead_letters() if one.origin.offset == 1]
        told = await said(cli, "dead-letters", "redrive", str(of_eva.origin), *given)
        assert told["partitions"] == {"0": "1 sent once more"} | dict.fromkeys("123", "nothing of it is failed here")
        await until(lambda: nothing_is_open(lane))
    records = await audit(lane.settings)
    ends = [(one.delivery_id, one.cycle, one.outcome) for one in records if one.lane == lane.name and one.outcome]
    assert [outcome for who, cycle, outcome in ends if who == both.delivery_id and cycle == 1] == ["executed"]
    assert [one.reason for one in records if one.lane == lane.name and one.kind == "cycle"] == ["scopes"] * 2
    (left,) = [one for one in records if one.delivery_id == both.delivery_id and one.kind == "overtaken"]
    assert left.legs
    assert [cell.purpose for cell in left.legs[0].overtaken] == ["two"]


async def nothing_is_open(lane: LaneUnderTest) -> bool:
    return not await lane.entries()
