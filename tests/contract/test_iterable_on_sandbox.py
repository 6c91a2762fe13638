"""Iterable over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

NEWS: Any = {"purposes": ("newsletter",)}
ALL: Any = {**NEWS, "all_purposes": True}
STRANGER = BOB.model_copy(update={"key": "s-stranger", "email": "nobody@example.test"})


async def test_a_withdrawal_keeps_what_the_person_chose_at_iterable() -> None:
    async with relay() as r:
        await r.control.happen("iterable", "unsubscribe", ANN.key, type="104")
        assert (await r.do("iterable", "withdraw", **NEWS)).outcome == "executed"
        assert (await r.held("iterable"))["unsubscribedMessageTypeIds"] == [101, 104]
        assert (await r.read_back("iterable", "withdraw", **NEWS)).outcome == "verified"
        assert (await r.do("iterable", "grant", **NEWS)).outcome == "executed"
        assert (await r.held("iterable"))["unsubscribedMessageTypeIds"] == [104]
        assert (await r.read_back("iterable", "withdraw", **NEWS)).error.reason == "not_unsubscribed"
        assert await r.held("iterable", NEIGHBOUR) == {"known": True, "forgotten": False}


async def test_who_withdraws_altogether_leaves_the_channel_and_no_grant_lifts_that() -> None:
    async with relay() as r:
        assert (await r.do("iterable", "withdraw", **ALL)).outcome == "executed"
        held = await r.held("iterable")
        assert (held["unsubscribedMessageTypeIds"], held["unsubscribedChannelIds"]) == ([101], [1])
        assert (await r.read_back("iterable", "withdraw", **ALL)).outcome == "verified"
        refused = await r.do("iterable", "grant", **NEWS)
        assert (refused.outcome, refused.reason) == ("manual_task", "channel_unsubscribed")
        assert await r.held("iterable") == held


async def test_what_the_person_opted_into_besides_holds_no_withdrawal_up() -> None:
    async with relay() as r:
        await r.control.happen("iterable", "opt_in", ANN.key, type="104")
        assert (await r.do("iterable", "withdraw", **ALL)).outcome == "executed"
        held = await r.held("iterable")
        assert (held["unsubscribedChannelIds"], held["subscribedMessageTypeIds"]) == ([1], [104])
        assert (await r.read_back("iterable", "withdraw", **ALL)).outcome == "verified"


async def test_who_is_forgotten_is_gone_after_a_while_and_stays_so() -> None:
    async with relay() as r:
        r.sandbox.engines["iterable"].vendor.forget_s = 600.0  # type: ignore[attr-defined]
        assert (await r.do("iterable", "delete")).outcome == "accepted"
        assert (await r.read_back("iterable", "delete")).error.reason == "found_again"
        r.clock.ahead += 600
        assert (await r.read_back("iterable", "delete")).outcome == "verified"
        assert not (await r.held("iterable"))["known"]
        assert (await r.held("iterable", NEIGHBOUR))["known"]
        assert (await r.do("iterable", "delete")).outcome == "accepted", "a repeat is harmless"
        granted = await r.do("iterable", "grant", **NEWS)
        assert (granted.outcome, granted.reason) == ("manual_task", "forgotten_at_vendor")
        assert await r.effects("iterable") == ["delete", "delete"]
        assert not (await r.held("iterable"))["known"]


async def test_a_deletion_that_only_deletes_would_not_be_verified() -> None:
    async with relay() as r:
        r.sandbox.engines["iterable"].vendor.clear()
        assert (await r.read_back("iterable", "delete")).error.reason == "not_forgotten"


async def test_whom_iterable_does_not_know_is_no_match() -> None:
    async with relay() as r:
        for action in ("grant", "withdraw"):
            assert (await r.do("iterable", action, STRANGER, **NEWS)).outcome == "no_match"
        assert await r.effects("iterable") == []


async def test_the_days_limit_of_forgetting_is_told_as_such() -> None:
    async with relay(limits_scale=0.001) as r:
        assert (await r.do("iterable", "delete")).outcome == "accepted"
        refused = await r.do("iterable", "delete", BOB)
        assert (type(refused), refused.reason, refused.too_fast) == (VendorUnavailable, "http_429", True)
        assert (await r.held("iterable", BOB))["known"]


async def test_a_wrong_key_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"iterable_api_key": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("iterable", "delete"), VendorAuthRejected)
        assert await r.effects("iterable") == []


@pytest.mark.parametrize(
    ("action", "verb"),
    [("withdraw", "user"), ("withdraw", "update"), ("withdraw", "channels"), ("delete", "forget")],
)
async def test_a_200_that_says_no_is_no_success_and_the_redo_does_what_is_due(action: Any, verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor="iterable", verb=verb))
        assert type(await r.do("iterable", action, **ALL)) is VendorUnavailable
        await r.control.clear_faults()
        assert (await r.do("iterable", action, **ALL)).outcome in {"executed", "accepted"}
        assert await r.effects("iterable") == [action]
