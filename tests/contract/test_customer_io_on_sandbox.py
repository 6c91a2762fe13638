"""Customer.io over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, BOB, NEIGHBOUR, relay
from vendor_support import instruction

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from sandbox_support import Relay

    from infra.sandbox import Person

STRANGER = BOB.model_copy(update={"key": "s-stranger", "email": "nobody@example.test"})


async def do(r: Relay, action: Any, person: Person = ANN) -> Any:
    """By all channels, with the address and the id."""
    asked = instruction(action, emails=(person.email,), more=(("user_id", person.key),))
    cells = frozenset((p, c) for p in asked.purposes for c in ("email", "push", "sms"))
    return (await Lane().carry_out(r.connected["customer_io"], [replace(asked, cells=cells)]))["d1"]


async def test_a_choice_turns_the_switch_of_that_person_alone() -> None:
    async with relay() as r:
        assert (await do(r, "withdraw")).outcome == "accepted"
        assert (await r.held("customer_io"))["unsubscribed"] is True
        assert (await r.held("customer_io", NEIGHBOUR))["unsubscribed"] is False
        assert (await do(r, "grant")).outcome == "accepted"
        assert (await r.held("customer_io"))["unsubscribed"] is False


async def test_who_is_erased_is_gone_for_good_and_no_grant_brings_them_back() -> None:
    async with relay() as r:
        assert (await do(r, "delete")).outcome == "accepted"
        gone = {"known": False, "unsubscribed": None, "suppressed": True}
        assert await r.held("customer_io") == gone
        assert (await do(r, "delete")).outcome == "accepted", "a repeat is harmless"
        assert (await do(r, "grant")).outcome == "accepted"
        await r.control.seed([ANN])
        assert await r.held("customer_io") == gone
        assert (await r.held("customer_io", NEIGHBOUR))["known"]
        assert set(await r.effects("customer_io")) == {"delete"}


async def test_nobody_is_created_by_a_choice() -> None:
    async with relay() as r:
        for action in ("grant", "withdraw"):
            assert (await do(r, action, STRANGER)).outcome == "accepted", "it can't be told from somebody known"
        assert not (await r.held("customer_io", STRANGER))["known"]


@pytest.mark.parametrize("secret", ["username", "password"])
async def test_a_wrong_secret_stops_the_lane_and_blames_nobody(secret: str) -> None:
    async with relay(spoil={f"customer_io_{secret}": lambda _: "wrong"}) as r:
        assert isinstance(await do(r, "delete"), VendorAuthRejected)
        assert await r.effects("customer_io") == []


@pytest.mark.parametrize(("action", "verb"), [("withdraw", "identify"), ("delete", "suppress")])
@pytest.mark.parametrize("fault", ["lie", "reset"])
async def test_what_was_not_answered_well_is_done_again(action: Any, verb: str, fault: Any) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind=fault, vendor="customer_io", verb=verb))
        assert type(await do(r, action)) is VendorUnavailable
        await r.control.clear_faults()
        assert (await do(r, action)).outcome == "accepted"
        held = await r.held("customer_io")
        assert held["suppressed"] if action == "delete" else held["unsubscribed"]
