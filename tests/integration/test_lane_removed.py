"""A connection is taken out of relay.toml while its lane has work: that is told, and lost is nothing."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from lane_support import LaneUnderTest, lane_at
from ownership_support import LIMIT_S, until

from infra.sandbox import Fault, Person
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.metrics.definitions import REMOVED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BEN, EVA = (Person(key=key, email=f"{key}@example.com") for key in ("ben", "eva"))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(3, 1)) as stage:
        stage.sandbox.seed([BEN, EVA])
        yield stage


async def listed(stage: Stage) -> dict[str, dict[str, Any]]:
    given = stage.settings.model_dump(mode="json", exclude_unset=True)
    env = {f"CONSENT_RELAY_{key.upper()}": str(value) for key, value in given.items()}
    command = (sys.executable, "-m", "streams", "lanes", "list", "--json")
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), LIMIT_S)
    return {lane["lane"]: lane for lane in map(json.loads, out.splitlines())}


async def statuses(lane: LaneUnderTest) -> list[str]:
    return sorted(entry.status for entry in (await lane.entries()).values())


async def test_its_work_is_told_and_goes_on_when_the_connection_comes_back(stage: Stage, tmp_path: Path) -> None:
    lane = await lane_at(stage.settings.bootstrap_servers or "", tmp_path, stage.sandbox, retry_ceiling_s=1)
    lane.retry_budget = 0.1
    stage.sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ben", status=503))
    async with lane.working():
        await lane.deliver(lane.delivery(BEN, "withdraw"))
        await until(lambda: are(lane, ["parked"]))
    await lane.deliver(lane.delivery(EVA, "withdraw", 2))

    worker = await stage.start_worker()  # its relay.toml knows nothing of this lane
    assert f"lane {lane.name}" not in await worker.ready()
    await until(lambda: "connection_removed" in worker.log_file.read_text("utf-8"))
    (told,) = [line for line in worker.log_file.read_text("utf-8").splitlines() if "connection_removed" in line]
    assert lane.name in told
    assert "put the connection back" in told
    async with aiohttp.ClientSession() as session, session.get(f"{worker.url}/metrics") as answer:
        assert f'{REMOVED.full_name}{{lane="{lane.name}"}} 2.0' in (await answer.text()).splitlines()
    found = await listed(stage)
    assert (found[lane.name]["configured"], found[lane.name]["workers"]) == (False, 0)
    assert (found[lane.name]["lag_records"], found[lane.name]["entries"]["parked"]) == (1, 1)
    others = {name: (one["configured"], one["workers"]) for name, one in found.items() if name != lane.name}
    assert others == dict.fromkeys(stage.config.connections, (True, 1))
    await stage.stop_workers()
    found = await listed(stage)
    assert {one["workers"] for one in found.values()} == {0}, "whoever stops leaves the group"

    async with stage.sandbox.client() as client:
        await client.clear_faults()
    async with lane.working("w2"):
        done = await lane.settled(2, apart=("attempted", "parked"))
        assert sorted(done) == [("p1.ben", "executed", None), ("p1.eva", "executed", None)]
        await until(lambda: are(lane, []))


async def are(lane: LaneUnderTest, wanted: list[str]) -> bool:
    return await statuses(lane) == wanted
