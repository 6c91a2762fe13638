"""The adapter of SendGrid over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

import pytest
from sandbox_support import ANN, BOB, relay

from infra.sandbox import Fault, Person
from schemas.errors import VendorUnavailable

NAME = "sendgrid"
STRANGER = Person(key="s-str", email="stranger@example.test")


async def test_purposes_are_kept_apart_until_everything_is_taken_away() -> None:
    async with relay() as r:
        assert (await r.do(NAME, "withdraw")).outcome == "executed"
        assert (await r.held(NAME))["groups"] == ["surveys"]
        assert (await r.held(NAME, BOB))["groups"] == []
        assert (await r.do(NAME, "grant")).outcome == "executed"
        assert (await r.held(NAME))["groups"] == []
        assert (await r.do(NAME, "grant")).evidence.detail == "lifted=0"
        assert (await r.do(NAME, "withdraw", all_purposes=True)).outcome == "executed"
        assert (await r.held(NAME))["global"]
        assert (await r.do(NAME, "grant")).reason == "global_suppression_in_force"
        assert (await r.held(NAME))["global"]
        assert (await r.do(NAME, "grant", all_purposes=True)).reason == "global_suppression_in_force"
        every = tuple(r.connected[NAME].vendor.options.groups)
        assert (await r.do(NAME, "grant", purposes=every)).outcome == "executed"
        assert not (await r.held(NAME))["global"]


async def test_a_deletion_erases_the_person_and_nobody_else() -> None:
    async with relay() as r:
        outcome = await r.do(NAME, "delete")
        assert (outcome.outcome, outcome.evidence.detail) == ("accepted", "unconfirmed,contacts=1")
        held = await r.held(NAME)
        assert (held["contacts"], held["erased"]) == (0, True)
        assert (await r.held(NAME, BOB))["contacts"] == 1
        assert (await r.do(NAME, "delete")).evidence.detail == "unconfirmed,contacts=0"
        assert (await r.do(NAME, "delete", STRANGER)).outcome == "accepted"


async def test_an_address_with_signs_of_a_path_is_one_address() -> None:
    odd = Person(key="s-odd", email="a/b+c?d%2F@example.test", lists={"surveys": "active"})
    async with relay() as r:
        await r.control.seed([odd])
        assert (await r.do(NAME, "withdraw", odd)).outcome == "executed"
        assert (await r.do(NAME, "grant", odd)).evidence.detail == "lifted=1"
        assert (await r.held(NAME, odd))["groups"] == []


@pytest.mark.parametrize(
    ("action", "verb"),
    [("withdraw", "groups"), ("withdraw", "suppress"), ("grant", "get_global"), ("delete", "search_contacts")],
)
async def test_an_outage_at_any_step_is_made_good_by_the_redo(action: str, verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="status", vendor=NAME, verb=verb, status=503))
        assert isinstance(await r.do(NAME, action), VendorUnavailable)  # type: ignore[arg-type]
        await r.control.clear_faults()
        outcome = await r.do(NAME, action)  # type: ignore[arg-type]
        assert outcome.outcome == ("accepted" if action == "delete" else "executed")
        assert ANN.lists


async def test_erasures_are_limited_to_a_hundred_a_minute() -> None:
    async with relay(limits_scale=0.01) as r:
        assert (await r.do(NAME, "delete")).outcome == "accepted"
        refused = await r.do(NAME, "delete", BOB)
        assert (type(refused), refused.status, refused.too_fast) == (VendorUnavailable, 429, True)
