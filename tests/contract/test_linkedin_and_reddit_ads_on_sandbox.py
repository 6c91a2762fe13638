"""LinkedIn and Reddit ads over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, BOB, Relay, relay
from vendor_support import instruction

from infra.sandbox import Fault
from processors.vendors.base import VENDORS, Result
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

BOTH = ["linkedin_ads", "reddit_ads"]


async def audiences(r: Relay, vendor: str, person: Any = ANN) -> dict[str, bool]:
    held: dict[str, bool] = (await r.held(vendor, person))["audiences"]
    return held


@pytest.mark.parametrize("vendor", BOTH)
async def test_a_withdrawal_is_of_its_purpose_until_the_person_withdraws_altogether(vendor: str) -> None:
    async with relay() as r:
        assert (await r.do(vendor, "withdraw")).outcome == "accepted"
        assert await audiences(r, vendor) == {"marketing-campaigns": True, "surveys": False}
        assert (await r.do(vendor, "grant")).outcome == "accepted"
        assert (await audiences(r, vendor))["surveys"]
        assert (await r.do(vendor, "withdraw", all_purposes=True)).outcome == "accepted"
        assert not any((await audiences(r, vendor)).values())
        assert (await audiences(r, vendor, BOB))["surveys"]


@pytest.mark.parametrize("vendor", BOTH)
async def test_people_of_one_batch_share_a_call_for_each_audience(vendor: str) -> None:
    async with relay() as r:
        asked = [instruction("delete", delivery_id=one.key, emails=(one.email,)) for one in (ANN, BOB)]
        came: Any = await Lane().carry_out(r.connected[vendor], asked)
        assert {one.outcome for one in came.values()} == {"accepted"}
        assert not (await r.held(vendor))["known"]
        assert not (await r.held(vendor, BOB))["known"]
        served = (await r.control.served())[vendor]
        audiences_there = len(r.sandbox.settings.list_keys)
        assert sum(one["calls"] for one in served if one["verb"] == "users") == audiences_there


@pytest.mark.parametrize("vendor", BOTH)
async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo(vendor: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor=vendor, verb="users", times=1))
        first = await r.do(vendor, "withdraw")
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        assert (await r.do(vendor, "withdraw")).outcome == "accepted"


@pytest.mark.parametrize("vendor", BOTH)
async def test_an_audience_that_is_not_there_stops_the_lane_and_blames_nobody(vendor: str) -> None:
    async with relay(options={vendor: {"lists": {"surveys": "404"}}}) as r:
        came = await r.do(vendor, "withdraw")
        assert isinstance(came, VendorAuthRejected)
        assert came.reason.endswith("_not_found")


@pytest.mark.parametrize("vendor", BOTH)
async def test_a_token_that_ends_early_is_renewed_and_nobody_notices(vendor: str) -> None:
    async with relay() as r:
        assert (await r.do(vendor, "withdraw")).outcome == "accepted"
        await r.control.grant(vendor, "expire")
        assert (await r.do(vendor, "grant")).outcome == "accepted"


async def test_one_element_refused_is_one_persons_and_nobody_elses() -> None:
    async with relay() as r:
        linkedin: Any = r.sandbox.engines["linkedin_ads"].vendor
        linkedin.refused[sha256(ANN.email.lower().encode()).hexdigest()] = 400
        asked = [instruction("delete", delivery_id=one.key, emails=(one.email,)) for one in (ANN, BOB)]
        came: Any = await Lane().carry_out(r.connected["linkedin_ads"], asked)
        assert (type(came[ANN.key]), came[ANN.key].reason) == (VendorRefused, "element_400")
        assert isinstance(came[BOB.key], Result)
        assert not (await r.held("linkedin_ads", BOB))["known"]


async def test_a_version_that_has_ended_stops_the_lane_and_blames_nobody() -> None:
    async with relay(options={"linkedin_ads": {"version": "202401"}}) as r:
        came = await r.do("linkedin_ads", "withdraw")
        assert (type(came), came.reason) == (VendorAuthRejected, "version_has_ended")


def test_reddits_client_is_proven_by_basic_and_linkedins_in_the_form() -> None:
    assert [VENDORS[name].client_in for name in BOTH] == ["form", "basic"]
