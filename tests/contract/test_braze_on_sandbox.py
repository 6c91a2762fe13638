"""Braze over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, BOB, NEIGHBOUR, relay
from vendor_support import instruction

from infra.sandbox import Fault
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

STRANGER = BOB.model_copy(update={"key": "s-stranger", "email": "nobody@example.test"})


async def test_a_withdrawal_is_of_its_purpose_until_the_person_withdraws_altogether() -> None:
    async with relay() as r:
        assert (await r.do("braze", "withdraw")).outcome == "accepted"
        held = await r.held("braze")
        assert (held["groups"], held["mail"]) == ({"marketing-campaigns": True, "surveys": False}, ["subscribed"])
        assert (await r.read_back("braze", "withdraw")).outcome == "verified"
        assert (await r.do("braze", "grant")).outcome == "accepted"
        assert (await r.held("braze"))["groups"]["surveys"]
        assert (await r.do("braze", "withdraw", all_purposes=True)).outcome == "accepted"
        assert (await r.held("braze"))["mail"] == ["unsubscribed"]
        refused = await r.do("braze", "grant")
        assert (refused.outcome, refused.reason) == ("manual_task", "unsubscribed_from_all_email")
        assert (await r.held("braze"))["mail"] == ["unsubscribed"]
        assert (await r.held("braze", NEIGHBOUR))["mail"] == ["subscribed"]


async def test_a_withdrawal_that_does_not_stand_is_undone() -> None:
    async with relay() as r:
        assert (await r.read_back("braze", "withdraw")).error.reason == "not_unsubscribed"
        assert isinstance(await r.read_back("braze", "withdraw", all_purposes=True), Undone)


async def test_a_deletion_takes_all_profiles_and_is_read_back_when_the_queue_is_done() -> None:
    async with relay() as r:
        r.sandbox.engines["braze"].vendor.queue_s = 60.0  # type: ignore[attr-defined]
        assert (await r.held("braze"))["profiles"] == 2
        assert (await r.do("braze", "delete")).outcome == "accepted"
        assert (await r.read_back("braze", "delete")).error.reason == "found_again", "queued only"
        r.clock.ahead += 60
        assert (await r.read_back("braze", "delete")).outcome == "verified"
        assert not (await r.held("braze"))["known"]
        assert (await r.held("braze", NEIGHBOUR))["known"]
        assert (await r.do("braze", "delete")).outcome == "accepted", "a redo knows whom it deleted"


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="braze", verb="delete", times=2))
        first = await r.do("braze", "delete")
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        assert (await r.do("braze", "delete")).outcome == "accepted"
        assert not (await r.held("braze"))["known"]


async def test_whom_braze_does_not_know_is_no_match_but_a_withdrawal_is_kept_for_later() -> None:
    async with relay() as r:
        for action in ("grant", "delete"):
            assert (await r.do("braze", action, STRANGER)).outcome == "no_match"
        assert (await r.do("braze", "withdraw", STRANGER, all_purposes=True)).outcome == "accepted"
        await r.control.seed([STRANGER])
        assert (await r.held("braze", STRANGER))["mail"] == ["unsubscribed"]


async def test_people_of_one_batch_share_calls_and_each_is_told_alone() -> None:
    async with relay() as r:
        people = [
            instruction("delete", delivery_id=person.key, emails=(person.email,)) for person in (ANN, BOB, STRANGER)
        ]
        came: Any = await Lane().carry_out(r.connected["braze"], people)
        assert {who: one.outcome for who, one in came.items()} == {
            ANN.key: "accepted",
            BOB.key: "accepted",
            STRANGER.key: "no_match",
        }
        assert await r.effects("braze") == ["delete"], "one call"


async def test_a_limit_says_when_its_window_ends_and_no_retry_after() -> None:
    async with relay(limits_scale=0.004) as r:
        assert (await r.do("braze", "delete", STRANGER)).outcome == "no_match"
        refused = await r.do("braze", "delete", BOB)
        assert (type(refused), refused.reason, refused.too_fast) == (VendorUnavailable, "http_429", True)
        assert (await r.held("braze", BOB))["known"]


async def test_a_wrong_key_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"braze_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("braze", "delete"), VendorAuthRejected)
        assert await r.effects("braze") == []


@pytest.mark.parametrize(
    ("action", "verb"), [("withdraw", "groups"), ("grant", "export"), ("delete", "export"), ("delete", "delete")]
)
async def test_a_200_that_says_no_is_no_success_and_the_redo_does_what_is_due(action: Any, verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor="braze", verb=verb))
        assert type(await r.do("braze", action)) is VendorUnavailable
        await r.control.clear_faults()
        assert (await r.do("braze", action)).outcome == "accepted"
        assert await r.effects("braze") == [action]
