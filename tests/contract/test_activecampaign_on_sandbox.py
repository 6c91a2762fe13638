"""ActiveCampaign's adapter over real HTTP: what became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from infra.sandbox.limits import Limit
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from schemas.records import Action

NAME = "activecampaign"
FREELY: dict[str, Any] = {"limits_scale": 100.0}


async def test_purposes_are_kept_apart_until_the_person_withdraws_altogether() -> None:
    async with relay(**FREELY) as r:
        await r.control.happen(NAME, "add", ANN.key)
        assert (await r.do(NAME, "withdraw")).outcome == "executed"
        assert (await r.held(NAME))["lists"] == [{"marketing-campaigns": "1", "surveys": "2"}, {}]
        assert (await r.read_back(NAME, "withdraw")).outcome == "verified"
        assert (await r.do(NAME, "withdraw", all_purposes=True)).outcome == "executed"
        assert (await r.held(NAME))["lists"] == [{"marketing-campaigns": "2", "surveys": "2"}, {}]
        assert (await r.do(NAME, "withdraw", NEIGHBOUR)).outcome == "no_match"
        assert (await r.held(NAME, BOB))["lists"] == [{"surveys": "1"}]


async def test_a_grant_subscribes_but_skips_no_confirmation() -> None:
    async with relay(**FREELY) as r:
        assert (await r.do(NAME, "grant", NEIGHBOUR)).outcome == "executed"
        assert (await r.held(NAME, NEIGHBOUR))["lists"] == [{"surveys": "1"}]
        await r.control.happen(NAME, "unsubscribe", ANN.key, purpose="surveys")
        assert (await r.do(NAME, "grant")).outcome == "executed"
        await r.control.happen(NAME, "bounce", ANN.key, purpose="surveys")
        came = await r.do(NAME, "grant")
        assert (came.outcome, came.reason) == ("manual_task", "bounced")


async def test_every_contact_with_the_address_goes_and_a_new_one_is_found() -> None:
    async with relay(**FREELY) as r:
        await r.control.happen(NAME, "add", ANN.key)
        assert (await r.do(NAME, "delete")).evidence.detail == "contacts=2"
        assert not (await r.held(NAME))["known"]
        assert (await r.held(NAME, BOB))["known"]
        assert (await r.read_back(NAME, "delete")).outcome == "verified"
        await r.control.happen(NAME, "add", ANN.key)
        assert isinstance(await r.read_back(NAME, "delete"), Undone)


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay(**FREELY) as r:
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb="delete_contact", times=1))
        assert (await r.do(NAME, "delete")).reason == "connection_reset"
        assert (await r.do(NAME, "delete")).outcome == "accepted"
        assert await r.effects(NAME) == ["delete"]


@pytest.mark.parametrize(
    ("action", "verb"),
    [("withdraw", "list_contacts"), ("withdraw", "update_list_status"), ("delete", "delete_contact")],
)
async def test_a_200_that_says_no_is_no_success(action: Action, verb: str) -> None:
    async with relay(**FREELY) as r:
        await r.control.set_fault(Fault(kind="lie", vendor=NAME, verb=verb))
        assert type(await r.do(NAME, action)) is VendorUnavailable
        assert await r.effects(NAME) == []


async def test_a_call_too_many_is_kept_back_as_long_as_it_is_asked_for() -> None:
    async with relay(limits={"list_contacts": (Limit(calls=5, window_s=3600),)}) as r:
        came: Any = None
        for _ in range(6):
            came = await r.do(NAME, "delete", NEIGHBOUR)
        assert (type(came), came.status, came.retry_after) == (VendorUnavailable, 429, 1.0)


async def test_a_wrong_key_stops_the_lane() -> None:
    async with relay(spoil={"activecampaign_api_key": lambda _: "wrong"}) as r:
        assert isinstance(await r.do(NAME, "delete"), VendorAuthRejected)
