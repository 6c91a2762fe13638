"""A connection that only rehearses: what it would call is told, nobody is named, nothing is sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from processors.engine.connect import connectors
from processors.engine.dry import DryRun
from processors.vendors.base import VENDORS, Instruction, Reply
from schemas.connections import parse_config
from schemas.events import Identity

if TYPE_CHECKING:
    from processors.engine.transport import Request
    from schemas.records import Action

EMAIL = "ana.secret@example.com"


async def no_wire(_: Request) -> Reply:
    raise AssertionError("something was sent")


def made(adapter: str) -> Any:
    secrets = ("client_id", "client_secret", "refresh_token")
    connection = {
        "controller": "oomnis", "adapter": adapter, "serves": ["zoho-one/crm"], "mode": "dry-run",
        "base_url": "https://vendor.example/api", "secrets": dict.fromkeys(secrets, "x"),
        "options": VENDORS[adapter].example,
    }  # fmt: skip
    config = {"controllers": {"oomnis": {"policy": "oomnis"}}, "connections": {"one": connection}}
    return connectors(parse_config(config, "test"), str, no_wire)["one"]


def instruction(action: Action, *identities: Identity) -> Instruction:
    return Instruction("d-1", action, frozenset({("newsletter", "email")}), all_purposes=True, identities=identities)


async def carried_out(connector: DryRun, one: Instruction) -> str:
    async def note(_: object) -> None:
        raise AssertionError("nothing is about to be done")

    def permit() -> Any:
        raise AssertionError("nothing is sent")

    came = await connector.carry_out([one], note=note, permit=permit)
    result = came["d-1"]
    assert getattr(result, "outcome", None) == "dry_run"
    assert result.evidence  # type: ignore[union-attr]
    return str(result.evidence.detail)  # type: ignore[union-attr]


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
@pytest.mark.parametrize("adapter", ["zoho_crm", "zoho_campaigns"])
def test_the_calls_are_told_and_name_nobody(adapter: str, action: Action) -> None:
    connector = made(adapter)
    assert isinstance(connector, DryRun)
    told = asyncio.run(carried_out(connector, instruction(action, Identity(type="email", value=EMAIL))))
    assert "vendor.example/api/" in told
    assert "sha256 " in told
    assert "secret" not in told
    other = asyncio.run(carried_out(connector, instruction(action, Identity(type="email", value="b@example.org"))))
    assert other == told, "the same whoever it is about"


def test_what_would_fail_is_told_so() -> None:
    told = asyncio.run(carried_out(made("zoho_crm"), instruction("delete")))
    assert told == "no call (ends as failed, missing_identity)"
