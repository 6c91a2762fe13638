"""Wix's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

NOBODY = ANN.model_copy(update={"key": "s-no", "email": "nobody@x.test", "crm": ()})


async def test_a_choice_is_the_addresses_and_a_deletion_leaves_nothing_not_even_in_the_bin() -> None:
    async with relay() as r:
        assert (await r.do("wix", "grant")).outcome == "executed"
        assert (await r.do("wix", "withdraw")).outcome == "executed"
        assert list((await r.held("wix"))["consents"].values()) == ["REVOKED"]
        assert (await r.do("wix", "withdraw", NOBODY)).outcome == "no_match"
        assert (await r.do("wix", "delete")).outcome == "executed"
        assert await r.held("wix") == {"known": False, "trashed": [], "consents": {}}
        assert (await r.held("wix", NEIGHBOUR))["known"]
        assert (await r.read_back("wix", "delete")).outcome == "verified"


async def test_a_new_consent_has_not_the_id_of_one_that_is_gone() -> None:
    async with relay() as r:
        for person in (ANN, BOB):
            assert (await r.do("wix", "withdraw", person)).outcome == "executed"
        assert (await r.do("wix", "delete")).outcome == "executed"
        assert (await r.do("wix", "withdraw", NEIGHBOUR)).outcome == "executed"
        for person in (BOB, NEIGHBOUR):
            assert list((await r.held("wix", person))["consents"].values()) == ["REVOKED"]


async def test_who_pays_for_a_plan_is_a_task_until_it_is_cancelled() -> None:
    async with relay() as r:
        await r.control.happen("wix", "subscribe", ANN.key)
        came = await r.do("wix", "delete")
        reason = "cannot_delete_contact_with_billing_subscription"
        assert (came.outcome, came.reason) == ("manual_task", reason)
        assert list((await r.held("wix"))["consents"].values()) == ["REVOKED"], "marketing has ended all the same"
        await r.control.happen("wix", "cancel", ANN.key)
        assert (await r.do("wix", "delete")).outcome == "executed"


async def test_a_connection_cut_in_the_bin_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="wix", verb="purge", times=2))
        assert isinstance(await r.do("wix", "delete"), VendorUnavailable)
        for _ in range(3):
            came = await r.do("wix", "delete")
        assert came.outcome == "executed"
        assert not (await r.held("wix"))["known"]


async def test_a_wrong_key_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"wix_api_key": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("wix", "delete"), VendorAuthRejected)
        assert await r.effects("wix") == []
