"""Requests on a real broker, by a worker with all roles: open while anything is left, through kills, then closed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from ownership_support import until
from reading import committed
from requests_support import LIMIT_S, WHY, cli_of, facts, finish_tasks, is_closed, lanes_have_told, on, publish, shown

from infra.sandbox import Fault
from schemas.codec import decode
from schemas.records import Command
from schemas.times import iso
from streams.commands.lane_state import kept
from streams.demo.cast import make_cast
from streams.demo.process import WorkerProcess
from streams.demo.stage import Stage
from streams.topics import CONTROL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(30, 1), retry_budget=0.1) as stage:
        yield stage


def change_config(stage: Stage, table: str, line: str) -> None:
    path = stage.directory / "relay.toml"
    path.write_text(path.read_text("utf-8").replace(f"[{table}]\n", f"[{table}]\n{line}\n"), "utf-8")


async def test_a_deletion_is_open_while_one_lane_is_parked_and_closed_when_all_is_done(stage: Stage) -> None:
    person = stage.cast.people[5]
    change_config(stage, "connections.zoho-crm", "retry_ceiling_s = 1")
    stage.sandbox.arm(Fault(kind="status", vendor="zoho_crm", person=person.key, status=503))
    await (await stage.start_worker()).ready()
    event_id = await publish(stage, person)
    told: dict[str, Any] = {}

    async def is_left_alone() -> bool:
        told.update(await shown(stage, event_id))
        return on(told, "zoho-crm").get("state") == "parked" and lanes_have_told(told, "zoho-crm")

    await until(is_left_alone, LIMIT_S)
    await stage.kill_worker()
    await (await stage.start_worker()).ready()
    for expected, says in ((0, "legs have more time"), (1, "it was extended once")):
        code, out, _ = await cli_of(stage).ended("requests", "extend", event_id, *WHY)
        assert (code, says in out) == (expected, True)
    await finish_tasks(stage, told)
    assert (await shown(stage, event_id))["status"] == "open"
    await stage.kill_worker()
    async with stage.sandbox.client() as client:
        await client.clear_faults()
    worker = await stage.start_worker()
    await worker.ready()
    await until(lambda: is_closed(stage, event_id), LIMIT_S)
    told = await shown(stage, event_id)
    assert on(told, "zoho-crm")["state"] in {"executed", "verified"}
    # Who keeps the data on another ground is named: never "all erased" when something was not.
    assert told["status"] == "completed_with_exceptions"
    assert "stripe" in {one["recipient"] for one in told["exceptions"]}
    kinds = [one.kind for one in await facts(stage, event_id)]
    assert kinds.count("request.closed") == kinds.count("request.extended") == 1
    assert "request.overdue" not in kinds
    await until(lambda: counts_none(worker))
    asked = ("requests", "show", "--controller", "oomnis", "--subject", person.key, "--json")
    code, out, _ = await cli_of(stage).ended(*asked)
    assert (code, json.loads(out)["event_id"]) == (0, event_id)
    assert person.email not in out


async def test_lanes_have_the_same_dates_as_the_request_when_it_is_extended(stage: Stage) -> None:
    person = stage.cast.people[8]
    change_config(stage, "connections.zoho-crm", "retry_ceiling_s = 1")
    stage.sandbox.arm(Fault(kind="status", vendor="zoho_crm", person=person.key, status=503))
    await (await stage.start_worker()).ready()
    event_id = await publish(stage, person, kind="minor.identified")

    async def lanes_know_all() -> bool:
        told = await shown(stage, event_id)
        parked = on(told, "zoho-crm").get("state") == "parked"
        return parked and lanes_have_told(told, "zoho-crm") and dues_of(told) == await lanes_dues(stage)

    await until(lanes_know_all, LIMIT_S)
    before = await lanes_dues(stage)
    code, out, errors = await cli_of(stage).ended("requests", "extend", event_id, *WHY)
    assert (code, "lane zoho-crm" in out, "1 put off" in out) == (0, True, True), errors
    await until(lanes_know_all, LIMIT_S)
    after = await lanes_dues(stage)
    assert after.keys() == before.keys()
    assert all(after[one] > before[one] for one in before)
    code, out, _ = await cli_of(stage).ended("requests", "extend", event_id, *WHY)
    assert (code, "nothing of it is to be put off here" in out) == (1, True)


def dues_of(told: dict[str, Any]) -> dict[str, str]:
    """Until when the request's open deliveries are due."""
    return {leg["delivery_id"]: leg["due_at"] for leg in told["legs"] if leg["lane"] and not leg["ended"]}


async def lanes_dues(stage: Stage) -> dict[str, str]:
    """Until when the lanes try, or have their tasks done, by delivery."""
    open_there = await kept(stage.settings, list(stage.config.connections), "parked", "manual_task")
    return {one.entry.delivery.delivery_id: iso(one.entry.delivery.due_at) for one in open_there}


async def counts_none(worker: WorkerProcess) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{worker.url}/metrics") as answer:
        return "consent_relay_requests_open 0.0" in (await answer.text()).splitlines()


async def test_a_cancelled_request_reaches_no_vendor_and_is_not_called_completed(stage: Stage) -> None:
    person = stage.cast.people[6]
    change_config(stage, "controllers.oomnis", 'cancel_window = "1h"')
    await (await stage.start_worker()).ready()
    event_id = await publish(stage, person)
    await until(lambda: all_wait(stage, event_id), LIMIT_S)
    task = next(leg["task_id"] for leg in (await shown(stage, event_id))["legs"] if leg["task_id"])
    code, out, errors = await cli_of(stage).ended("requests", "cancel", event_id, *WHY)
    assert code == 0, errors
    assert "1 cancelled" in out
    await until(lambda: is_closed(stage, event_id), LIMIT_S)
    told = await shown(stage, event_id)
    assert told["status"] == "completed_with_exceptions"
    assert {on(told, lane)["state"] for lane in stage.config.connections} == {"cancelled"}
    assert told["cancelled"]["by"] == "eva"
    assert not (stage.directory / "ledger.jsonl").read_text()
    assert [one.kind for one in await facts(stage, event_id)] == ["request.cancelled", "request.closed"]
    code, _, errors = await cli_of(stage).ended("tasks", "show", task)
    assert (code, "it ended as cancelled" in errors, "by eva" in errors) == (1, True, True)
    code, _, errors = await cli_of(stage).ended("requests", "cancel", event_id, *WHY)
    assert code == 1


async def all_wait(stage: Stage, event_id: str) -> bool:
    told = await shown(stage, event_id)
    return {on(told, lane).get("state") for lane in stage.config.connections} == {"waiting"}


async def test_a_cancellation_that_is_not_answered_in_time_reaches_every_lane_all_the_same(stage: Stage) -> None:
    change_config(stage, "controllers.oomnis", 'cancel_window = "1h"')
    await (await stage.start_worker()).ready()
    event_id = await publish(stage, stage.cast.people[7])
    await until(lambda: all_wait(stage, event_id), LIMIT_S)
    await stage.stop_workers()
    cancels = ("requests", "cancel", event_id, *WHY, "--wait", "4")
    code, _, errors = await cli_of(stage).ended(*cancels)
    assert (code, "no closer has carried it out" in errors, "don't give it again" in errors) == (2, True, True)
    assert await given_to(stage, "lanes.cancel") == sorted(stage.config.connections)
    log = stage.directory / "closer.log"
    stage.workers["closer"] = await WorkerProcess.launch("closer", stage.settings.given(), log, "--roles", "closer")
    await stage.workers["closer"].ready()
    await until(lambda: is_cancelled(stage, event_id), LIMIT_S)
    code, out, errors = await cli_of(stage).ended(*cancels)
    assert (code, "it was cancelled before" in out, "no lane" in errors) == (2, True, True)
    assert await given_to(stage, "lanes.cancel") == sorted([*stage.config.connections] * 2)
    await stage.stop_workers()
    await (await stage.start_worker()).ready()
    await until(lambda: is_closed(stage, event_id), LIMIT_S)
    told = await shown(stage, event_id)
    assert {on(told, lane)["state"] for lane in stage.config.connections} == {"cancelled"}
    assert not (stage.directory / "ledger.jsonl").read_text()


async def given_to(stage: Stage, name: str) -> list[str]:
    """The lanes that were given a command of this name."""
    given = [decode(Command, record.value) for record in await committed(stage.settings, CONTROL)]
    return sorted(one.lane for one in given if one.name == name and one.lane)


async def is_cancelled(stage: Stage, event_id: str) -> bool:
    return bool((await shown(stage, event_id))["cancelled"])
