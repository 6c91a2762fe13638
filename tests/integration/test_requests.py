"""Requests on a real broker, by a worker with all roles: open while anything is left, through kills, then closed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from commands_support import Cli, fields, jsonl
from ownership_support import until
from reading import audit

from infra.sandbox import Fault
from streams.commands.requests_kept import filed
from streams.commands.requests_view import whole
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from infra.sandbox import Person
    from schemas.records import AuditRecord
    from streams.demo.process import WorkerProcess

WHY = ("--reason", "ticket 7", "--by", "eva")
LIMIT_S = 120.0
PROOF = ("--link", "https://t.example/7")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(30, 1), retry_budget=0.1) as stage:
        yield stage


def cli_of(stage: Stage) -> Cli:
    return Cli({f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}, stage.settings)


def change_config(stage: Stage, table: str, line: str) -> None:
    path = stage.directory / "relay.toml"
    path.write_text(path.read_text("utf-8").replace(f"[{table}]\n", f"[{table}]\n{line}\n"), "utf-8")


async def publish(stage: Stage, person: Person, **more: Any) -> str:
    """A deletion of that person; its event_id."""
    named = {"email": person.email, "ga_client_id": person.ga_client_id}
    identities = [{"type": kind, "value": value} for kind, value in named.items() if value]
    event = fields(
        person.key, kind="deletion.requested", purposes=..., identities=identities, occurred_at=NOW, **more
    )
    file = stage.directory / "events.jsonl"
    file.write_text(jsonl(event))
    code, _, errors = await cli_of(stage).ended("publish", str(file))
    assert code == 0, errors
    return str(event["event_id"])


NOW = "2026-03-02T09:30:00Z"


async def shown(stage: Stage, event_id: str) -> dict[str, Any]:
    """The request with its legs; nothing while there is none."""
    found = [one for one in await filed(stage.settings) if one.request.event_id == event_id]
    return whole(found[0], now_micros()) if found else {}


def on(told: dict[str, Any], lane: str) -> dict[str, Any]:
    (leg,) = [leg for leg in told.get("legs", ()) if leg["lane"] == lane and leg["what"] == "delete"] or [{}]
    return dict(leg)


async def facts(stage: Stage, event_id: str) -> list[AuditRecord]:
    """What the closer has told of a request."""
    records = await audit(stage.settings)
    return [one for one in records if one.event_id == event_id and one.kind.startswith("request.")]


async def finish_tasks(stage: Stage, told: dict[str, Any]) -> None:
    """By hand: all of the request's own, and what the mailing lists can't do by a call."""
    cli = cli_of(stage)
    ids = [leg["task_id"] for leg in told["legs"] if leg["task_id"]]
    assert ids
    code, _, errors = await cli.ended("tasks", "done", *ids, *WHY, *PROOF)
    assert (code, errors) == (0, "")
    code, _, errors = await cli.ended("tasks", "done", ids[0], *WHY, *PROOF)
    assert (code, "is done already" in errors) == (1, True)
    if on(told, "zoho-campaigns")["state"] == "manual_task":
        lane_task = on(told, "zoho-campaigns")["delivery_id"]
        code, _, errors = await cli.ended("tasks", "done", lane_task, *WHY, *PROOF)
        assert (code, errors) == (0, "")


async def test_a_deletion_is_open_while_one_lane_is_parked_and_closed_when_all_is_done(stage: Stage) -> None:
    person = stage.cast.people[5]
    change_config(stage, "connections.zoho-crm", "retry_ceiling_s = 1")
    stage.sandbox.arm(Fault(kind="status", vendor="zoho_crm", person=person.key, status=503))
    await (await stage.start_worker()).ready()
    event_id = await publish(stage, person)
    told: dict[str, Any] = {}

    async def stands(lane: str, *states: str) -> bool:
        told.update(await shown(stage, event_id))
        return on(told, lane).get("state") in states

    await until(lambda: stands("zoho-crm", "parked"), LIMIT_S)
    await until(lambda: stands("zoho-campaigns", "manual_task", "no_match"), LIMIT_S)
    await stage.kill_worker()
    await (await stage.start_worker()).ready()
    code, out, _ = await cli_of(stage).ended("requests", "extend", event_id, *WHY)
    assert (code, "legs have more time" in out) == (0, True)
    code, out, _ = await cli_of(stage).ended("requests", "extend", event_id, *WHY)
    assert (code, "it was extended once" in out) == (1, True)
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
    code, out, _ = await cli_of(stage).ended(
        "requests", "show", "--controller", "oomnis", "--subject", person.key, "--json"
    )
    assert (code, json.loads(out)["event_id"]) == (0, event_id)
    assert person.email not in out


async def counts_none(worker: WorkerProcess) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{worker.url}/metrics") as answer:
        return "consent_relay_requests_open 0.0" in (await answer.text()).splitlines()


async def is_closed(stage: Stage, event_id: str) -> bool:
    return (await shown(stage, event_id)).get("status") != "open"


async def test_a_cancelled_request_reaches_no_vendor_and_is_not_called_completed(stage: Stage) -> None:
    person = stage.cast.people[6]
    change_config(stage, "controllers.oomnis", 'cancel_window = "1h"')
    await (await stage.start_worker()).ready()
    event_id = await publish(stage, person)

    async def all_wait() -> bool:
        told = await shown(stage, event_id)
        return {on(told, lane).get("state") for lane in stage.config.connections} == {"waiting"}

    await until(all_wait, LIMIT_S)
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
    code, _, errors = await cli_of(stage).ended("requests", "cancel", event_id, *WHY)
    assert code == 1
