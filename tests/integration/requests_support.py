"""Requests of people whom a stage's vendors know: published by command, followed as the closer keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commands_support import Cli, fields, jsonl
from reading import audit

from streams.commands.requests_kept import filed
from streams.commands.requests_view import whole
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from infra.sandbox import Person
    from schemas.records import AuditRecord
    from streams.demo.stage import Stage

WHY = ("--reason", "ticket 7", "--by", "eva")
LIMIT_S = 120.0
NOW = "2026-03-02T09:30:00Z"
PROOF = ("--link", "https://t.example/7")


def cli_of(stage: Stage) -> Cli:
    return Cli({f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}, stage.settings)


async def publish(stage: Stage, person: Person, **more: Any) -> str:
    """A deletion of that person, or what else is said; its event_id."""
    named = {"email": person.email, "ga_client_id": person.ga_client_id}
    identities = [{"type": kind, "value": value} for kind, value in named.items() if value]
    usual = {"kind": "deletion.requested", "purposes": ..., "identities": identities, "occurred_at": NOW}
    event = fields(person.key, **(usual | more))
    file = stage.directory / "events.jsonl"
    file.write_text(jsonl(event))
    code, _, errors = await cli_of(stage).ended("publish", str(file))
    assert code == 0, errors
    return str(event["event_id"])


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


def lanes_have_told(told: dict[str, Any], *apart: str) -> bool:
    """Whether each lane but those has ended its leg or left it as a task."""
    lanes = [leg for leg in told.get("legs", ()) if leg["lane"] and leg["lane"] not in apart]
    return bool(lanes) and all(leg["ended"] or leg["state"] == "manual_task" for leg in lanes)


async def finish_tasks(stage: Stage, told: dict[str, Any]) -> None:
    """By hand: all of the request's own, and what lanes couldn't do by a call."""
    cli = cli_of(stage)
    ids = [leg["task_id"] for leg in told["legs"] if leg["task_id"]]
    assert ids
    by_lanes = [leg["delivery_id"] for leg in told["legs"] if leg["lane"] and leg["state"] == "manual_task"]
    for of_one in (ids, *([one] for one in by_lanes)):
        code, _, errors = await cli.ended("tasks", "done", *of_one, *WHY, *PROOF)
        assert (code, errors) == (0, "")
    code, _, errors = await cli.ended("tasks", "done", ids[0], *WHY, *PROOF)
    assert (code, "is done already" in errors) == (1, True)


async def is_closed(stage: Stage, event_id: str) -> bool:
    told = await shown(stage, event_id)
    return bool(told) and told["status"] != "open"
