"""Shopify's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

PAT = ANN.model_copy(update={"key": "s-pat", "email": "pat@example.test", "phone": "+4915100000001"})
NOBODY = BOB.model_copy(update={"key": "s-no", "email": "nobody@x.test", "crm": ()})


async def test_a_choice_reaches_the_channel_that_it_is_about_and_nobody_else() -> None:
    async with relay() as r:
        await r.control.seed([PAT])
        assert (await r.do("shopify", "withdraw", PAT)).outcome == "executed"
        assert (await r.held("shopify", PAT))["states"] == {"email": "UNSUBSCRIBED", "sms": "SUBSCRIBED"}
        assert (await r.held("shopify", NEIGHBOUR))["states"] == {"email": "SUBSCRIBED"}
        assert (await r.read_back("shopify", "withdraw", PAT)).outcome == "verified"
        await r.control.happen("shopify", "subscribe", PAT.key)
        assert isinstance(await r.read_back("shopify", "withdraw", PAT), Undone)
        assert (await r.do("shopify", "grant", PAT)).outcome == "executed"
        assert (await r.do("shopify", "withdraw", NOBODY)).outcome == "no_match"


async def test_an_erasure_is_requested_marketing_ends_and_the_shop_erases_later() -> None:
    async with relay() as r:
        await r.control.seed([PAT])
        await r.control.happen("shopify", "whatsapp", PAT.key)
        came = await r.do("shopify", "delete", PAT)
        assert (came.outcome, came.evidence.detail) == ("accepted", "unconfirmed, customers=1")
        states = dict.fromkeys(("email", "sms", "whatsapp"), "UNSUBSCRIBED")
        assert await r.held("shopify", PAT) == {"known": True, "states": states, "erasing": True}
        assert await r.effects("shopify") == ["withdraw", "withdraw", "withdraw", "erase"]
        await r.control.happen("shopify", "redact", PAT.key)
        assert not (await r.held("shopify", PAT))["known"]
        assert (await r.do("shopify", "delete", PAT)).outcome == "accepted", "it was requested, and isn't unknown"


async def test_a_200_that_says_no_is_no_success() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor="shopify"))
        assert isinstance(await r.do("shopify", "delete"), VendorUnavailable)
        assert await r.effects("shopify") == []


async def test_a_wrong_token_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"shopify_api_key": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("shopify", "delete"), VendorAuthRejected)
        assert await r.effects("shopify") == []
