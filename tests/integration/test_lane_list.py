"""`lanes list` on a real broker, with and without a worker."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import cli_at
from lane_support import LaneUnderTest, kill, lane_at
from ownership_support import LIMIT_S, until

from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from schemas.codec import encode
from schemas.records import Command
from streams import clients, topics
from streams.lanes.orders.pausing import PAUSE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from commands_support import Cli
    from conftest import KafkaUnderTest

BEN, EVA, ZOE = (Person(key=key, email=f"{key}@example.com") for key in ("ben", "eva", "zoe"))
pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, EVA, ZOE])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane.retry_budget = 0.1
    return lane


async def listed(cli: Cli, lane: LaneUnderTest) -> dict[str, Any]:
    out, errors = await asyncio.to_thread(cli.start("lanes", "list", "--json").communicate, timeout=LIMIT_S)
    assert errors == ""
    (said,) = [one for one in map(json.loads, out.splitlines()) if one["lane"] == lane.name]
    found: dict[str, Any] = said
    return found


async def test_it_tells_what_waits_what_failed_and_who_is_paused(
    lane: LaneUnderTest, sandbox: Sandbox, kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    cli = cli_at(kafka.bootstrap, tmp_path)
    await lane.deliver(lane.delivery(BEN, "withdraw"), lane.delivery(EVA, "withdraw"))
    said = await listed(cli, lane)
    assert (said["partitions"], said["lag_records"], said["paused"]) == (4, 2, [])
    assert said["oldest_s"] > 0
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ben", status=400))
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="eva", status=503))
    async with lane.working():
        await until(lambda: is_so(lane, ["failed", "parked"]))
        await until(lambda: rests(cli, lane))  # told within seconds of the calls' end
        await pause(lane)
        await until(lambda: lane.status.roles[f"lane {lane.name}"].paused == {0, 1, 2, 3})
        await lane.deliver(lane.delivery(ZOE, "withdraw"))
    said = await listed(cli, lane)
    assert (said["lag_records"], said["paused"]) == (1, [0, 1, 2, 3])
    assert (said["entries"]["failed"], said["entries"]["parked"]) == (1, 1)
    out, _ = await asyncio.to_thread(cli.start("lanes", "list").communicate, timeout=LIMIT_S)
    (row,) = [line.split() for line in out.splitlines() if line.split()[:1] == [lane.name]]
    assert row[1:4] == ["4", "yes", "1"]
    assert (said["breaker"], said["in_flight"], said["told_s_ago"]) == (None, None, None), "nobody works it"


async def test_it_tells_what_only_a_worker_knows_also_of_one_that_was_killed(
    lane: LaneUnderTest, sandbox: Sandbox, kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    cli = cli_at(kafka.bootstrap, tmp_path)
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=401))
    async with http_transport() as transport:
        owner, task = await lane.start(transport)
        await lane.deliver(lane.delivery(BEN, "withdraw"))

        async def is_told() -> bool:
            return (await listed(cli, lane))["breaker"] in {"open", "half_open"}

        await until(is_told)
        await kill(owner, task)
    said = await listed(cli, lane)
    assert (said["breaker_cause"], said["in_flight"]) in {("refused", 0), (None, None)}


async def rests(cli: Cli, lane: LaneUnderTest) -> bool:
    said = await listed(cli, lane)
    assert said["overdue"] == 0
    return (said["in_flight"], said["breaker"]) == (0, "closed") and said["limit_percent"] >= 0


async def is_so(lane: LaneUnderTest, statuses: list[str]) -> bool:
    return sorted(entry.status for entry in (await lane.entries()).values()) == statuses


async def pause(lane: LaneUnderTest) -> None:
    given = Command(command_id=f"c-{lane.name}", name=PAUSE, lane=lane.name, args={}, by="ops", reason="x", at=1)
    producer = clients.writer(lane.settings)
    await producer.start()
    await producer.send_and_wait(topics.CONTROL, encode(given), partition=0)
    await producer.stop()
