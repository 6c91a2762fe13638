"""Intercom's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

from sandbox_support import ANN, BOB, NEIGHBOUR, Relay, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

NOBODY = BOB.model_copy(update={"key": "s-no", "email": "nobody@x.test", "crm": ()})
BOTH = ("newsletter", "surveys")


async def each(r: Relay, key: str, person: Any = ANN) -> list[Any]:
    return [contact[key] for contact in (await r.held("intercom", person))["contacts"]]


async def test_a_choice_reaches_user_and_lead_whichever_way_a_type_is_meant() -> None:
    async with relay() as r:
        assert (await r.do("intercom", "grant", purposes=BOTH)).outcome == "executed"
        assert await each(r, "out") == [[], []]
        assert (await r.do("intercom", "withdraw", purposes=BOTH)).outcome == "executed"
        assert await each(r, "out") == [list(BOTH), list(BOTH)]
        assert (await r.read_back("intercom", "withdraw", purposes=BOTH)).outcome == "verified"
        assert await each(r, "unsubscribed", NEIGHBOUR) == [False]
        assert (await r.do("intercom", "withdraw", all_purposes=True)).outcome == "executed"
        assert await each(r, "unsubscribed") == [True, True]
        assert (await r.do("intercom", "grant")).reason == "unsubscribed_from_all"


async def test_a_deletion_takes_every_contact_and_nobody_else() -> None:
    async with relay() as r:
        assert (await r.do("intercom", "delete")).outcome == "executed"
        assert await r.held("intercom") == {"known": False, "contacts": []}
        assert await each(r, "role", NEIGHBOUR) == ["user"]
        assert (await r.do("intercom", "delete", NOBODY)).outcome == "no_match"
        assert await r.effects("intercom") == ["delete", "delete"]
        assert (await r.read_back("intercom", "delete")).outcome == "verified"


async def test_contacts_that_were_merged_before_the_redo_are_still_deleted() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="status", vendor="intercom", verb="delete", status=503))
        assert isinstance(await r.do("intercom", "delete"), VendorUnavailable)
        await r.control.clear_faults()
        await r.control.happen("intercom", "merge", ANN.key)
        assert (await r.do("intercom", "delete")).outcome == "executed"
        assert not (await r.held("intercom"))["known"]


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="intercom", verb="delete", times=2))
        first = await r.do("intercom", "delete")
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        for _ in range(3):
            outcome = await r.do("intercom", "delete")
        assert outcome.outcome == "executed"
        assert await r.effects("intercom") == ["delete", "delete"]


async def test_a_search_that_lags_hides_nobody() -> None:
    async with relay(options={"intercom": {"search_lag_s": 300}}, crm_search_lag_s=240) as r:
        await r.control.happen("intercom", "chat", NOBODY.email)
        early = await r.do("intercom", "delete", NOBODY)
        assert (early.reason, early.retry_after) == ("not_found_yet", 300)
        r.clock.ahead += early.retry_after
        assert (await r.do("intercom", "delete", NOBODY)).outcome == "executed"


async def test_a_200_that_says_no_is_no_success() -> None:
    async with relay() as r:
        for verb in ("search", "update"):
            await r.control.set_fault(Fault(kind="lie", vendor="intercom", verb=verb))
            assert isinstance(await r.do("intercom", "withdraw", all_purposes=True), VendorUnavailable)
            await r.control.clear_faults()
        assert await r.effects("intercom") == []


async def test_a_wrong_token_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"intercom_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("intercom", "delete"), VendorAuthRejected)
        assert await r.effects("intercom") == []
