"""The tables of docs/in-house.md, as they stand there, against the sandbox's in-house system over real HTTP."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine_support import Lane
from sandbox_support import ANN, BOB, NEIGHBOUR, relay
from vendor_support import instruction

from infra.sandbox import Fault
from processors.engine.connect import connectors
from processors.engine.transport import http_transport
from processors.vendors.base import Result
from schemas.connections import parse_config
from schemas.errors import VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from processors.engine.run import Connector
    from schemas.records import Action

PAGE = (Path(__file__).parents[2] / "docs" / "in-house.md").read_text("utf-8")
TABLES: dict[str, Any] = tomllib.loads(PAGE.split("```toml\n")[1].split("```")[0])
ACTIONS: tuple[Action, ...] = ("withdraw", "grant", "delete", "delete")


async def test_the_tables_of_the_page_work() -> None:
    async with relay() as r, http_transport() as transport:
        TABLES["connections"]["warehouse"]["base_url"] = r.sandbox.settings.base_urls["http"]
        secrets = {"warehouse_token": r.sandbox.settings.secrets["http_token"]}
        own = connectors(parse_config(TABLES, "page"), secrets.__getitem__, transport)["warehouse"]
        own.limiter.hold(0, 1, new=True)
        ends = [await ended(own, action) for action in ACTIONS]
        assert ends == ["executed", "executed", "executed", "no_match"]
        assert await r.effects("http") == ["withdraw", "grant", "delete"]
        assert (await r.held("http", NEIGHBOUR)) == {"known": True, "opted_out": []}


async def ended(own: Connector, action: Action) -> str:
    asked = instruction(action, emails=(ANN.email,), purposes=("surveys",))
    outcome = (await Lane().carry_out(own, [asked]))[asked.delivery_id]
    assert isinstance(outcome, Result)
    return outcome.outcome


async def test_purposes_are_kept_apart_and_a_repeat_changes_nothing() -> None:
    async with relay() as r:
        for _ in range(2):
            assert (await r.do("http", "withdraw", BOB, purposes=("surveys", "news"))).outcome == "executed"
        assert (await r.do("http", "grant", BOB, purposes=("news",))).outcome == "executed"
        assert (await r.held("http", BOB))["opted_out"] == ["surveys"]
        assert (await r.do("http", "withdraw", BOB, all_purposes=True)).outcome == "executed"
        assert "*" in (await r.held("http", BOB))["opted_out"]
        assert [entry["changed"] for entry in await r.control.ledger()] == [True, False, True, True]


async def test_a_lie_and_a_wrong_token_are_no_success() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor="http", verb="delete"))
        assert (await r.do("http", "delete")).reason == "not_success"
        await r.control.set_fault(Fault(kind="reset", vendor="http"))
        assert isinstance(await r.do("http", "withdraw"), VendorUnavailable)
    async with relay(spoil={"http_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("http", "delete"), VendorAuthRejected)
        assert await r.effects("http") == []
