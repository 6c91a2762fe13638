"""Every adapter that the sandbox has a vendor for: somebody unknown, the same again, an answer that says no."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from answers_support import API_CASES, is_success
from sandbox_support import ANN, BOB, relay

from infra.sandbox import Fault, Person
from infra.sandbox.vendor import Vendor as Served
from infra.sandbox.vendors import load
from processors.vendors.base import VENDORS, Result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any

    from sandbox_support import Relay

    from schemas.records import Action

load()
SERVED = [(name, action) for name, action in API_CASES if name in Served.registry]
NOBODY = Person(
    key="s-nobody", email="nobody@example.test", ga_client_id="9.9", phone="+4915100000000", user_id="s-nobody"
)
PAT = ANN.model_copy(
    update={"key": "s-pat", "email": "pat@example.test", "phone": "+4915100000001", "user_id": "s-pat"}
)
HIGHER = {"accepted": {"executed", "verified"}, "executed": {"verified"}}
"""What the vendor has meanwhile done of what it had only taken."""
NOT_FOUND_AGAIN = {("http", "delete"), ("klaviyo", "withdraw")}
"""Once done there is nobody left to do it to, and the vendor says so."""


async def do(r: Relay, vendor: str, action: Action, person: Person = PAT) -> Any:
    """About a purpose that the options know, where they know any."""
    options = r.connected[vendor].vendor.options.model_dump()
    known = [key for option in options.values() if isinstance(option, dict) for key in option]
    return await r.do(vendor, action, person, purposes=("surveys",) if "surveys" in known or not known else known[:1])


@asynccontextmanager
async def sandbox() -> AsyncIterator[Relay]:
    async with relay(limits_scale=1000) as r:
        await r.control.seed([PAT])
        yield r


@pytest.mark.parametrize(("name", "action"), SERVED)
async def test_whom_the_vendor_does_not_know_is_no_error_and_changes_nobody(name: str, action: Action) -> None:
    async with sandbox() as r:
        came = await do(r, name, action, NOBODY)
        assert isinstance(came, Result), came
        touched = [one for one in await r.control.ledger() if one["vendor"] == name]
        assert came.outcome != "no_match" or not [one for one in touched if one["changed"]]
        assert not {ANN.key, BOB.key, PAT.key} & {who for one in touched for who in one["people"]}


@pytest.mark.parametrize(("name", "action"), SERVED)
async def test_the_same_again_ends_the_same_and_changes_nothing_more(name: str, action: Action) -> None:
    async with sandbox() as r:
        first = await do(r, name, action)
        changed = [one for one in await r.control.ledger() if one["changed"]]
        again = await do(r, name, action)
        assert isinstance(first, Result), first
        ends = {first.outcome, *HIGHER.get(first.outcome, ())}
        assert again.outcome in (ends | {"no_match"} if (name, action) in NOT_FOUND_AGAIN else ends)
        if first.outcome in {"executed", "manual_task"}:
            assert [one for one in await r.control.ledger() if one["changed"]] == changed


@pytest.mark.parametrize(("name", "action"), SERVED)
async def test_a_redo_leaves_everything_as_the_first_try_did(name: str, action: Action) -> None:
    """A blind one where the action is called idempotent; else with what was noted before the act."""
    async with sandbox() as r:
        first = await do(r, name, action)
        assert isinstance(first, Result), first
        state, effects = await r.held(name, PAT), len(await changes(r, name))
        if VENDORS[name].can[action].idempotent:
            r.forget()
        again = await do(r, name, action)
        assert isinstance(again, Result), again
        if first.later is None:  # else the vendor's own job goes on meanwhile
            assert (await changes(r, name))[effects:] == []
            assert but_told(await r.held(name, PAT)) == but_told(state)


def test_no_action_is_called_idempotent_that_is_not_tried_so() -> None:
    untried = [case for case in API_CASES if case not in SERVED]
    assert [(name, action) for name, action in untried if VENDORS[name].can[action].idempotent] == []


def but_told(state: dict[str, Any]) -> dict[str, Any]:
    """Without how often the vendor has written to the person: that a repeated call may do so again is a trap."""
    return {key: value for key, value in state.items() if key != "notified"}


async def changes(r: Relay, name: str) -> list[dict[str, Any]]:
    return [one for one in await r.control.ledger() if one["vendor"] == name and one["changed"]]


@pytest.mark.parametrize(("name", "action"), SERVED)
async def test_an_answer_that_says_no_is_no_success(name: str, action: Action) -> None:
    async with sandbox() as r:
        await r.control.set_fault(Fault(kind="lie", vendor=name))
        came = await do(r, name, action)
        assert not is_success(came), came
        assert await r.effects(name) == []
