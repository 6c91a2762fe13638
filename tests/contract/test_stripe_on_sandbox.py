"""Stripe's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, NEIGHBOUR, Relay, relay
from vendor_support import instruction

from infra.sandbox import Fault
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

PAYER = ANN.model_copy(update={"key": "s-payer", "email": "Payer@example.test", "books": ("invoiced",)})
DELETING = {"stripe": {"erase": "delete", "keep_years": 10}}


async def poll(r: Relay, taken: Any, person: Any = ANN) -> Any:
    asked = instruction("delete", emails=(person.email,), refs=taken.later.refs)
    return (await r.connected["stripe"].ask("job", [asked], permit=Lane().permit))["d1"]


async def test_a_job_is_validated_run_and_polled_until_nothing_shows_the_person() -> None:
    async with relay() as r:
        taken = await r.do("stripe", "delete")
        assert (taken.outcome, taken.evidence.detail) == ("accepted", "customers=2, jobs=1")
        assert await r.effects("stripe") == [], "validated, and not run yet"
        assert (await poll(r, taken)).outcome == "accepted"
        assert (await poll(r, taken)).outcome == "executed"
        assert await r.effects("stripe") == ["erase"]
        assert not (await r.held("stripe"))["known"]
        assert (await r.held("stripe", NEIGHBOUR))["known"]
        assert (await r.read_back("stripe", "delete")).outcome == "verified"
        assert (await r.do("stripe", "delete")).outcome == "executed", "gone on with, and over"


@pytest.mark.parametrize(("event", "reason"), [("subscribe", "live_subscription"), ("bill", "open_invoice")])
@pytest.mark.parametrize("options", [{}, DELETING])
async def test_who_still_pays_is_not_erased_until_somebody_has_settled_it(
    options: dict[str, Any], event: str, reason: str
) -> None:
    async with relay(options=options) as r:
        await r.control.happen("stripe", event, ANN.key)
        came = await r.do("stripe", "delete")
        assert (came.outcome, came.reason) == ("manual_task", reason)
        assert (await r.held("stripe")) == {"known": True, "customers": 2, "jobs": []}
        await r.control.happen("stripe", "settle", ANN.key)
        assert (await r.do("stripe", "delete")).outcome in {"accepted", "executed"}


async def test_what_keeps_a_job_from_running_is_told_and_a_redo_has_it_validated_again() -> None:
    async with relay() as r:
        await r.control.happen("stripe", "begin_payment", ANN.key)
        taken = await r.do("stripe", "delete")
        said = await poll(r, taken)
        assert isinstance(said, Undone)
        assert said.error.reason == "redaction_invalid_state"
        await r.control.happen("stripe", "settle", ANN.key)
        assert (await r.do("stripe", "delete")).outcome == "accepted"
        assert [(await poll(r, taken)).outcome for _ in range(2)] == ["accepted", "executed"]
        assert (await r.held("stripe"))["jobs"] == ["succeeded"], "the same job"


async def test_a_connection_cut_after_the_creation_makes_no_second_job() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="stripe", verb="create", times=2))
        assert isinstance(await r.do("stripe", "delete"), VendorUnavailable)
        for _ in range(2):
            taken = await r.do("stripe", "delete")
        assert taken.outcome == "accepted"
        assert len((await r.held("stripe"))["jobs"]) == 1


async def test_a_deleted_customers_invoices_are_retained() -> None:
    async with relay(options=DELETING) as r:
        await r.control.seed([PAYER])
        came = await r.do("stripe", "delete", PAYER.model_copy(update={"email": PAYER.email.lower()}))
        assert (came.outcome, came.reason, came.review_at) == (
            "retained",
            "invoices_or_charges",
            2_051_222_400_000_000,
        )
        assert not (await r.held("stripe", PAYER))["known"]
        assert await r.effects("stripe") == ["delete", "delete"]
        assert (await r.do("stripe", "delete")).outcome == "executed", "nothing was ever paid"


async def test_a_wrong_key_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"stripe_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("stripe", "delete"), VendorAuthRejected)
        assert await r.effects("stripe") == []
