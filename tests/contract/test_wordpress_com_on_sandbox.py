"""WordPress.com's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from sandbox_support import ANN, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

NOBODY = ANN.model_copy(update={"key": "s-no", "email": "nobody@x.test", "crm": ()})


async def test_a_deletion_takes_user_and_comments_spam_and_trash_too_and_nobody_elses() -> None:
    async with relay() as r:
        for event in ("spam", "trash"):
            await r.control.happen("wordpress_com", event, ANN.key)
        assert (await r.do("wordpress_com", "delete")).outcome == "executed"
        assert await r.held("wordpress_com") == {"known": False, "users": 0, "comments": []}
        assert (await r.held("wordpress_com", NEIGHBOUR))["known"]
        assert (await r.do("wordpress_com", "delete", NOBODY)).outcome == "no_match"
        assert (await r.read_back("wordpress_com", "delete")).outcome == "verified"
        kept = [one["detail"]["posts_kept"] for one in await r.control.ledger() if one["verb"] == "delete_user"]
        assert kept == [True]


async def test_who_pays_is_a_task_until_the_plan_is_cancelled() -> None:
    async with relay() as r:
        await r.control.happen("wordpress_com", "pay", ANN.key)
        came = await r.do("wordpress_com", "delete")
        assert (came.outcome, came.reason) == ("manual_task", "user_has_active_subscriptions")
        await r.control.happen("wordpress_com", "cancel", ANN.key)
        assert (await r.do("wordpress_com", "delete")).outcome == "executed"


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="wordpress_com", verb="delete_comment", times=1))
        assert isinstance(await r.do("wordpress_com", "delete"), VendorUnavailable)
        assert (await r.do("wordpress_com", "delete")).outcome == "executed"
        assert not (await r.held("wordpress_com"))["known"]


async def test_a_wrong_token_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"wordpress_com_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("wordpress_com", "delete"), VendorAuthRejected)
        assert await r.effects("wordpress_com") == []
