"""Google Ads over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, BOB, Relay, relay
from vendor_support import instruction

from infra.sandbox import Fault
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

GIL = ANN.model_copy(update={"key": "s-gil", "email": "G.il+x@Gmail.com", "phone": "+491511234567"})


async def poll(r: Relay, taken: Any) -> Any:
    asked = [instruction("withdraw", refs=taken.later.refs)]
    return (await r.connected["google_ads"].ask("job", asked, permit=Lane().permit))["d1"]


async def audiences(r: Relay, person: Any = ANN) -> dict[str, bool]:
    held: dict[str, bool] = (await r.held("google_ads", person))["audiences"]
    return held


async def test_a_withdrawal_is_done_when_the_request_has_been_processed() -> None:
    async with relay() as r:
        r.sandbox.engines["google_ads"].vendor.job_s = 60.0  # type: ignore[attr-defined]
        taken = await r.do("google_ads", "withdraw")
        assert (taken.outcome, (await poll(r, taken)).outcome) == ("accepted", "accepted")
        assert (await audiences(r))["surveys"], "taken in only"
        r.clock.ahead += 60
        assert (await poll(r, taken)).outcome == "executed"
        assert await audiences(r) == {"marketing-campaigns": True, "surveys": False}
        assert (await audiences(r, BOB))["surveys"]


async def test_a_deletion_takes_every_name_off_every_list() -> None:
    async with relay() as r:
        await r.control.seed([GIL])
        taken = await r.do("google_ads", "delete", GIL)
        assert (await poll(r, taken)).outcome == "executed"
        assert not (await r.held("google_ads", GIL))["known"]
        assert (await r.held("google_ads"))["known"]
        taken = await r.do("google_ads", "grant", GIL)
        assert (await poll(r, taken)).outcome == "executed"
        assert await audiences(r, GIL) == {"marketing-campaigns": False, "surveys": True}


@pytest.mark.parametrize("ends", ["FAILED", "PARTIAL_SUCCESS"])
async def test_a_request_that_fails_is_undone_and_the_redo_does_what_is_due(ends: str) -> None:
    async with relay() as r:
        vendor: Any = r.sandbox.engines["google_ads"].vendor
        vendor.ends = ends
        undone = await poll(r, await r.do("google_ads", "withdraw"))
        assert isinstance(undone, Undone)
        assert (await audiences(r))["surveys"]
        vendor.ends = "SUCCESS"
        assert (await poll(r, await r.do("google_ads", "withdraw"))).outcome == "executed"
        assert not (await audiences(r))["surveys"]


async def test_a_list_or_an_account_that_is_not_there_stops_the_lane_and_blames_nobody() -> None:
    for wrong in ({"lists": {"surveys": "404"}}, {"account_id": "9999999999"}):
        async with relay(options={"google_ads": wrong}) as r:
            assert isinstance(await r.do("google_ads", "withdraw"), VendorAuthRejected)
            assert await r.effects("google_ads") == []


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="google_ads", verb="remove", times=1))
        first = await r.do("google_ads", "delete")
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        assert (await poll(r, await r.do("google_ads", "delete"))).outcome == "executed"


async def test_a_request_that_google_does_not_know_any_more_proves_nothing() -> None:
    async with relay() as r:
        taken = await r.do("google_ads", "withdraw")
        await r.control.reset()
        assert not isinstance(await poll(r, taken), Undone)
