"""Salesforce's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from schemas.records import Action

MASK = {"salesforce": {"erase": "mask"}}


async def test_the_switch_reaches_lead_and_contact_and_nobody_else() -> None:
    async with relay() as r:
        switches: tuple[tuple[Action, bool], ...] = (("withdraw", True), ("grant", False))
        for action, out in switches:
            assert (await r.do("salesforce", action)).outcome == "executed"
            records = (await r.held("salesforce"))["records"]
            assert {kind: one["HasOptedOutOfEmail"] for kind, one in records.items()} == {"Contact": out, "Lead": out}
            assert not (await r.held("salesforce", NEIGHBOUR))["records"]["Contact"]["HasOptedOutOfEmail"]
        assert isinstance(await r.read_back("salesforce", "withdraw"), Undone)
        await r.do("salesforce", "withdraw")
        assert (await r.read_back("salesforce", "withdraw")).outcome == "verified"


async def test_an_address_that_would_be_a_query_of_its_own_reaches_nobody() -> None:
    async with relay() as r:
        for email in ("x') OR Email != ('", "x\\') OR Email != ('", f"{BOB.email}', '{NEIGHBOUR.email}"):
            sly = BOB.model_copy(update={"key": "s-sly", "email": email})
            actions: tuple[Action, ...] = ("grant", "withdraw", "delete")
            for action in actions:
                assert (await r.do("salesforce", action, sly)).outcome == "no_match"
        assert await r.effects("salesforce") == []


async def test_a_deletion_is_verified_when_the_recycle_bin_has_lost_it() -> None:
    async with relay() as r:
        assert (await r.do("salesforce", "delete")).outcome == "accepted"
        assert await r.held("salesforce") == {"known": False, "records": {}, "binned": ["Contact", "Lead"]}
        assert (await r.held("salesforce", NEIGHBOUR))["records"]
        early = await r.read_back("salesforce", "delete")
        assert (type(early), early.reason) == (VendorUnavailable, "still_in_recycle_bin")
        await r.control.happen("salesforce", "empty", ANN.key)
        late = await r.read_back("salesforce", "delete")
        assert isinstance(late, Result)
        assert late.outcome == "verified"


async def test_who_is_restored_from_the_recycle_bin_is_found_again() -> None:
    async with relay() as r:
        await r.do("salesforce", "delete")
        await r.control.happen("salesforce", "restore", ANN.key)
        assert isinstance(await r.read_back("salesforce", "delete"), Undone)


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    for options, verb, outcome in (({}, "delete", "accepted"), (MASK, "update", "executed")):
        async with relay(options=options) as r:
            await r.control.set_fault(Fault(kind="reset", vendor="salesforce", verb=verb, times=1))
            assert (await r.do("salesforce", "delete")).reason == "connection_reset"
            assert (await r.do("salesforce", "delete")).outcome == outcome
            changed = [one for one in await r.control.ledger() if one["vendor"] == "salesforce" and one["changed"]]
            assert len(changed) == len(ANN.crm)


async def test_masking_leaves_records_that_name_nobody() -> None:
    async with relay(options=MASK) as r:
        assert (await r.do("salesforce", "delete")).outcome == "executed"
        records = (await r.held("salesforce"))["records"]
        assert set(records) == {"Contact", "Lead"}
        assert ANN.email not in str(records)
        assert (await r.read_back("salesforce", "delete")).outcome == "verified"


async def test_a_merged_contact_is_followed() -> None:
    async with relay() as r:
        await r.control.happen("salesforce", "merge", BOB.key, email="bobby@example.test")
        assert (await r.do("salesforce", "withdraw", BOB)).outcome == "executed"
        into = BOB.model_copy(update={"key": "bobby@example.test", "email": "bobby@example.test"})
        assert (await r.held("salesforce", into))["records"]["Contact"]["HasOptedOutOfEmail"]


async def test_a_converted_lead_is_a_task_and_the_contact_is_done() -> None:
    async with relay() as r:
        await r.control.happen("salesforce", "convert", ANN.key)
        came = await r.do("salesforce", "withdraw")
        assert (came.outcome, came.reason) == ("manual_task", "converted_lead")
        assert (await r.held("salesforce"))["records"]["Contact"]["HasOptedOutOfEmail"]


async def test_results_that_say_no_inside_a_200_are_read() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor="salesforce", verb="update"))
        came = await r.do("salesforce", "withdraw")
        assert (type(came), came.reason) == (VendorRefused, "unknown_exception")


async def test_a_session_that_ended_is_replaced_and_a_wrong_user_stops_the_lane() -> None:
    async with relay() as r:
        assert (await r.do("salesforce", "withdraw")).outcome == "executed"
        r.sandbox.engines["salesforce"].vendor.world.tokens_of("salesforce").revoke_all()
        assert (await r.do("salesforce", "grant")).outcome == "executed"
    async with relay(spoil={"salesforce_username": lambda _: "other@acme.example.test"}) as r:
        assert isinstance(await r.do("salesforce", "delete"), VendorAuthRejected)
        assert await r.effects("salesforce") == []
