"""Meta ads over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, BOB, NEIGHBOUR, Relay, relay
from vendor_support import instruction

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

MIA = ANN.model_copy(update={"key": "s-mia", "email": "Mia@example.test", "phone": "+491511234567"})


async def audiences(r: Relay, person: Any = ANN) -> dict[str, bool]:
    held: dict[str, bool] = (await r.held("meta_ads", person))["audiences"]
    return held


async def test_a_withdrawal_is_of_its_purpose_until_the_person_withdraws_altogether() -> None:
    async with relay() as r:
        assert (await r.do("meta_ads", "withdraw")).outcome == "accepted"
        assert await audiences(r) == {"marketing-campaigns": True, "surveys": False}
        assert (await r.do("meta_ads", "grant")).outcome == "accepted"
        assert (await audiences(r))["surveys"]
        assert (await r.do("meta_ads", "withdraw", all_purposes=True)).outcome == "accepted"
        assert not any((await audiences(r)).values())
        assert (await audiences(r, BOB))["surveys"]


async def test_a_deletion_takes_every_name_out_of_every_audience() -> None:
    async with relay() as r:
        await r.control.seed([MIA])
        assert (await r.do("meta_ads", "delete", MIA)).outcome == "accepted"
        assert not (await r.held("meta_ads", MIA))["known"]
        assert (await r.held("meta_ads"))["known"]
        assert (await r.do("meta_ads", "delete", MIA)).outcome == "accepted"
        assert [one["changed"] for one in await r.control.ledger()] == [True, False]


async def test_a_grant_is_marked_where_that_is_configured() -> None:
    async with relay(options={"meta_ads": {"limited_data_use": [1, 1000]}}) as r:
        assert (await r.do("meta_ads", "grant", NEIGHBOUR)).outcome == "accepted"
        assert len(r.sandbox.engines["meta_ads"].vendor.limited) == 1  # type: ignore[attr-defined]


async def test_people_of_one_batch_share_a_call() -> None:
    async with relay() as r:
        asked = [instruction("delete", delivery_id=one.key, emails=(one.email,)) for one in (ANN, BOB, NEIGHBOUR)]
        came: Any = await Lane().carry_out(r.connected["meta_ads"], asked)
        assert {one.outcome for one in came.values()} == {"accepted"}
        assert await r.effects("meta_ads") == ["withdraw"], "one call"


async def test_a_blocked_audience_stops_the_lane_and_blames_nobody() -> None:
    async with relay() as r:
        vendor: Any = r.sandbox.engines["meta_ads"].vendor
        vendor.blocked.update(r.sandbox.settings.list_keys.values())
        came = await r.do("meta_ads", "withdraw")
        assert (type(came), came.reason) == (VendorAuthRejected, "audience_blocked")
    async with relay(options={"meta_ads": {"lists": {"surveys": "404"}}}) as r:
        came = await r.do("meta_ads", "withdraw")
        assert (type(came), came.reason) == (VendorAuthRejected, "audience_not_found")


@pytest.mark.parametrize(("action", "verb"), [("withdraw", "remove"), ("grant", "add"), ("delete", "remove_any")])
async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo(action: Any, verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="meta_ads", verb=verb, times=1))
        first = await r.do("meta_ads", action)
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        assert (await r.do("meta_ads", action)).outcome == "accepted"


async def test_a_limit_told_as_400_is_waited_for() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="status", vendor="meta_ads", status=429))
        came = await r.do("meta_ads", "delete")
        assert (type(came), came.reason, came.too_fast) == (VendorUnavailable, "limit_reached", True)


async def test_an_app_that_requires_its_secret_takes_who_proves_it_and_stops_all_others() -> None:
    async with relay(secrets={"meta_ads": "app_secret"}) as r:
        r.sandbox.engines["meta_ads"].vendor.wants_proof = True  # type: ignore[attr-defined]
        assert (await r.do("meta_ads", "withdraw")).outcome == "accepted"
    async with relay() as r:
        r.sandbox.engines["meta_ads"].vendor.wants_proof = True  # type: ignore[attr-defined]
        came = await r.do("meta_ads", "withdraw")
        assert (type(came), came.reason) == (VendorAuthRejected, "app_wants_secret_proof")
    async with relay(secrets={"meta_ads": "app_secret"}, spoil={"meta_ads_app_secret": lambda _: "wr0ng"}) as r:
        came = await r.do("meta_ads", "withdraw")
        assert (type(came), came.reason) == (VendorAuthRejected, "app_secret_is_wrong")
        assert await r.effects("meta_ads") == []
        assert "wr0ng" not in f"{came!r} {came}"
