"""Data Rights Protocol over real HTTP: the sandbox checks each signature, and is asked how a request stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, NEIGHBOUR, relay
from vendor_support import instruction

from infra.sandbox import Fault, Person
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from sandbox_support import Relay

OPTIONS = {"drp": {"sale": ["surveys"]}}
STRANGER = Person(key="s-who", email="nobody@x.test")


async def status(r: Relay, taken: Any) -> Any:
    asked = instruction("delete", delivery_id="d", emails=(ANN.email,), refs=taken.later.refs)
    return (await r.connected["drp"].ask("job", [asked], permit=Lane().permit))["d"]


async def test_a_signed_deletion_is_polled_until_the_person_is_gone() -> None:
    async with relay(options=OPTIONS) as r:
        await r.control.happen("drp", "hold", ANN.key)
        taken = await r.do("drp", "delete")
        assert (taken.outcome, (await status(r, taken)).outcome) == ("accepted", "accepted")
        assert (await r.held("drp"))["known"]
        await r.control.happen("drp", "complete", ANN.key)
        assert (await status(r, taken)).outcome == "executed"
        assert [(await r.held("drp", who))["known"] for who in (ANN, NEIGHBOUR)] == [False, True]
        assert await r.effects("drp") == ["delete"]


async def test_an_opt_out_of_sale_and_its_opposite() -> None:
    async with relay(options=OPTIONS) as r:
        assert (await status(r, await r.do("drp", "withdraw"))).outcome == "executed"
        assert await r.held("drp") == {"known": True, "sold": False}
        assert (await status(r, await r.do("drp", "grant"))).outcome == "executed"
        assert await r.held("drp") == {"known": True, "sold": True}
        assert (await r.held("drp", NEIGHBOUR))["sold"]


async def test_whom_the_business_does_not_know_is_no_match() -> None:
    async with relay(options=OPTIONS) as r:
        assert (await status(r, await r.do("drp", "delete", STRANGER))).outcome == "no_match"


async def test_a_connection_cut_after_the_request_leads_to_no_second_one() -> None:
    async with relay(options=OPTIONS) as r:
        await r.control.set_fault(Fault(kind="reset", vendor="drp", verb="exercise", times=1))
        assert (await r.do("drp", "delete")).reason == "connection_reset"
        taken = await r.do("drp", "delete")
        assert (await status(r, taken)).outcome == "executed"
        assert len(r.sandbox.engines["drp"].vendor.requests) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("event", "reason"), [("deny", "denied_other"), ("revoke", "revoked")])
async def test_what_the_business_denies_is_undone(event: str, reason: str) -> None:
    async with relay(options=OPTIONS) as r:
        await r.control.happen("drp", "hold", ANN.key)
        taken = await r.do("drp", "delete")
        await r.control.happen("drp", event, ANN.key, reason="other")
        said = await status(r, taken)
        assert isinstance(said, Undone)
        assert said.error.reason == reason
        assert (await r.held("drp"))["known"]


async def test_another_key_another_business_and_an_old_request_are_refused() -> None:
    async with relay(options=OPTIONS, spoil={"drp_signing_key": lambda _: "00" * 32}) as r:
        assert isinstance(await r.do("drp", "delete"), VendorAuthRejected)
    async with relay(options={"drp": {"business_id": "SOMEBODY_ELSE"}}) as r:
        assert isinstance(await r.do("drp", "delete"), VendorAuthRejected)
    async with relay(options=OPTIONS) as r:
        r.clock.ahead = 3600.0  # the business's clock: what we sign now is over for it
        assert isinstance(await r.do("drp", "delete"), VendorAuthRejected)
        assert await r.effects("drp") == []


async def test_a_lie_and_a_page_are_no_success() -> None:
    async with relay(options=OPTIONS) as r:
        await r.control.set_fault(Fault(kind="lie", vendor="drp", verb="exercise", times=1))
        assert isinstance(await r.do("drp", "delete"), VendorUnavailable)
