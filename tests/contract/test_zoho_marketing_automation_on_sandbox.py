"""The adapter of Zoho Marketing Automation over real HTTP."""

from __future__ import annotations

from sandbox_support import BOB, relay

from infra.sandbox import Fault
from schemas.errors import VendorUnavailable

NAME = "zoho_marketing_automation"


async def test_purposes_are_kept_apart_and_each_change_of_a_list_notifies_the_lead() -> None:
    async with relay() as r:
        assert (await r.do(NAME, "withdraw")).outcome == "executed"
        held = await r.held(NAME)
        assert (held["lists"], held["notified"]) == ({"marketing-campaigns": "active", "surveys": "unsub"}, 1)
        granted = await r.do(NAME, "grant", BOB, purposes=("marketing-campaigns",))
        assert (granted.outcome, granted.evidence.detail) == ("accepted", "pending_opt_in")
        assert (await r.held(NAME, BOB))["lists"]["marketing-campaigns"] == "pending"


async def test_everything_at_once_and_a_deletion_go_into_the_registry() -> None:
    async with relay() as r:
        assert (await r.do(NAME, "withdraw", all_purposes=True)).outcome == "executed"
        assert (await r.do(NAME, "delete", BOB)).outcome == "manual_task"
        for held in (await r.held(NAME), await r.held(NAME, BOB)):
            assert (held["do_not_mail"], held["notified"]) == (True, 0)
        assert (await r.do(NAME, "grant")).reason == "do_not_mail_in_force"


async def test_the_sister_product_holds_people_of_its_own() -> None:
    async with relay() as r:
        await r.do(NAME, "withdraw", all_purposes=True)
        assert not (await r.held("zoho_campaigns"))["do_not_mail"]


async def test_an_api_that_is_locked_is_left_alone_for_half_an_hour() -> None:
    async with relay(limits_scale=0.004) as r:
        outcomes = [await r.do(NAME, "withdraw") for _ in range(3)]
        assert [getattr(outcome, "outcome", None) for outcome in outcomes[:2]] == ["executed", "executed"]
        assert (outcomes[2].reason, outcomes[2].retry_after) == ("locked_out", 1800)
        assert (await r.do(NAME, "grant")).outcome == "accepted", "the other API is not locked"


async def test_a_200_that_says_no_is_no_success() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor=NAME, verb="leaddonotmail"))
        assert type(await r.do(NAME, "delete")) is VendorUnavailable
        assert await r.effects(NAME) == []
