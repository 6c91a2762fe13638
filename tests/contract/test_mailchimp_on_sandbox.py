"""Mailchimp's adapter over real HTTP: what became of the person is asked of the sandbox."""

from __future__ import annotations

import pytest
from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

BOTH = ("marketing-campaigns", "surveys")


async def test_purposes_are_kept_apart_until_the_person_withdraws_altogether() -> None:
    async with relay() as r:
        assert (await r.do("mailchimp", "withdraw")).outcome == "executed"
        assert (await r.held("mailchimp"))["lists"] == {
            "marketing-campaigns": "subscribed",
            "surveys": "unsubscribed",
        }
        assert (await r.do("mailchimp", "withdraw", all_purposes=True)).outcome == "executed"
        assert set((await r.held("mailchimp"))["lists"].values()) == {"unsubscribed"}
        assert (await r.do("mailchimp", "withdraw", NEIGHBOUR)).outcome == "no_match"
        assert (await r.held("mailchimp", BOB))["lists"] == {"surveys": "subscribed"}


async def test_a_grant_waits_for_the_person_and_mails_once() -> None:
    async with relay() as r:
        await r.control.happen("mailchimp", "unsubscribe", ANN.key, purpose="surveys")
        for _ in range(2):
            granted = await r.do("mailchimp", "grant", purposes=BOTH)
            assert (granted.outcome, granted.evidence.detail) == ("accepted", "pending_opt_in")
        assert await r.effects("mailchimp") == ["grant"]
        await r.control.happen("mailchimp", "confirm", ANN.key, purpose="surveys")
        assert (await r.do("mailchimp", "grant", purposes=BOTH)).evidence.detail == "subscribed_already"


async def test_a_field_that_the_audience_asks_for_keeps_nobody_in_it() -> None:
    async with relay() as r:
        for purpose in BOTH:
            await r.control.happen("mailchimp", "field_required", ANN.key, purpose=purpose)
        assert (await r.do("mailchimp", "withdraw", all_purposes=True)).outcome == "executed"
        assert set((await r.held("mailchimp"))["lists"].values()) == {"unsubscribed"}
        assert (await r.do("mailchimp", "grant", purposes=BOTH)).outcome == "accepted"


async def test_an_erasure_is_for_good_and_a_later_grant_is_a_task() -> None:
    async with relay() as r:
        assert (await r.do("mailchimp", "delete")).outcome == "executed"
        held = await r.held("mailchimp")
        assert held == {"known": False, "lists": {}, "forgotten": sorted(BOTH)}
        assert set(await r.effects("mailchimp")) == {"delete"}
        assert (await r.read_back("mailchimp", "delete")).outcome == "verified"
        came = await r.do("mailchimp", "grant")
        assert (came.outcome, came.reason) == ("manual_task", "permanently_deleted")
        await r.control.happen("mailchimp", "sign_up", ANN.key, purpose="surveys")
        assert isinstance(await r.read_back("mailchimp", "delete"), Undone)


async def test_who_bounced_or_is_in_the_archive_is_not_forgotten() -> None:
    async with relay() as r:
        await r.control.happen("mailchimp", "bounce", ANN.key, purpose="surveys")
        came = await r.do("mailchimp", "grant")
        assert (came.outcome, came.reason) == ("manual_task", "compliance_state")
        assert (await r.do("mailchimp", "delete")).evidence.detail == "audiences=2"


@pytest.mark.parametrize("times", [1, 2])
async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo(times: int) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="mailchimp", verb="delete_permanent", times=times))
        assert (await r.do("mailchimp", "delete")).reason == "connection_reset"
        assert (await r.do("mailchimp", "delete")).outcome == "executed"
        assert await r.effects("mailchimp") == ["delete", "delete"]


@pytest.mark.parametrize(
    ("action", "verb"),
    [("withdraw", "get_member"), ("withdraw", "update_member"), ("grant", "set_member"), ("delete", "get_member")],
)
async def test_a_200_that_says_no_is_no_success(action: str, verb: str) -> None:
    async with relay() as r:
        await r.control.happen("mailchimp", "unsubscribe", ANN.key, purpose="surveys")
        await r.control.set_fault(Fault(kind="lie", vendor="mailchimp", verb=verb))
        assert type(await r.do("mailchimp", action)) is VendorUnavailable  # type: ignore[arg-type]
        assert await r.effects("mailchimp") == []


async def test_a_wrong_key_stops_the_lane() -> None:
    async with relay(spoil={"mailchimp_password": lambda _: "0123-us21"}) as r:
        assert isinstance(await r.do("mailchimp", "delete"), VendorAuthRejected)
        assert await r.effects("mailchimp") == []
