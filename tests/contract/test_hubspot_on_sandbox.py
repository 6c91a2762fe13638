"""HubSpot's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

NOBODY = BOB.model_copy(update={"key": "s-no", "email": "nobody@x.test", "crm": ()})


async def test_a_choice_reaches_its_subscription_and_nobody_else() -> None:
    async with relay() as r:
        assert (await r.do("hubspot", "withdraw")).outcome == "executed"
        assert (await r.held("hubspot"))["statuses"] == {"surveys": "UNSUBSCRIBED"}
        assert (await r.held("hubspot", NEIGHBOUR))["statuses"] == {}
        assert (await r.do("hubspot", "grant")).outcome == "executed"
        assert (await r.held("hubspot"))["statuses"] == {"surveys": "SUBSCRIBED"}
        assert (await r.do("hubspot", "withdraw", all_purposes=True)).outcome == "executed"
        assert (await r.held("hubspot"))["out_of_all"]
        refused = await r.do("hubspot", "grant")
        assert (refused.outcome, refused.reason) == ("manual_task", "unsubscribed_from_all")


async def test_a_further_address_leads_to_the_contact_and_to_its_own_address() -> None:
    async with relay() as r:
        await r.control.happen("hubspot", "further", ANN.key, email="ann.old@example.test")
        old = ANN.model_copy(update={"email": "ann.old@example.test", "key": "s-ann-old"})
        assert (await r.do("hubspot", "withdraw", old, all_purposes=True)).outcome == "executed"
        assert (await r.held("hubspot"))["out_of_all"]
        assert (await r.do("hubspot", "delete", old)).outcome == "accepted"
        assert not (await r.held("hubspot"))["known"]


async def test_a_deletion_is_for_good_and_blocks_nobody_whom_hubspot_does_not_know() -> None:
    async with relay() as r:
        assert (await r.do("hubspot", "delete")).outcome == "accepted"
        held = await r.held("hubspot")
        assert (held["known"], held["archived"], held["blocked"]) == (False, False, True)
        assert (await r.held("hubspot", NEIGHBOUR))["known"]
        assert (await r.do("hubspot", "delete", NOBODY)).outcome == "no_match"
        assert await r.effects("hubspot") == ["delete"]


async def test_a_contact_that_somebody_archived_is_not_taken_for_unknown() -> None:
    async with relay() as r:
        await r.control.happen("hubspot", "archive", ANN.key)
        came = await r.do("hubspot", "delete")
        assert (came.outcome, came.reason, came.evidence.detail) == ("manual_task", "archived", "contacts=1")
        assert (await r.held("hubspot"))["known"]
        assert (await r.do("hubspot", "delete", NOBODY)).outcome == "no_match"
        assert await r.effects("hubspot") == []


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="hubspot", verb="gdpr_delete", times=1))
        first = await r.do("hubspot", "delete")
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        for _ in range(2):
            assert (await r.do("hubspot", "delete")).outcome == "accepted"
        assert await r.effects("hubspot") == ["delete"]


async def test_a_search_that_lags_hides_nobody() -> None:
    async with relay(options={"hubspot": {"search_lag_s": 20}}, crm_search_lag_s=15) as r:
        await r.control.happen("hubspot", "create", NOBODY.email)
        early = await r.do("hubspot", "delete", NOBODY)
        assert (early.reason, early.retry_after) == ("not_found_yet", 20)
        r.clock.ahead += early.retry_after
        assert (await r.do("hubspot", "delete", NOBODY)).outcome == "accepted"


async def test_a_wrong_token_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"hubspot_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("hubspot", "delete"), VendorAuthRejected)
        assert await r.effects("hubspot") == []
