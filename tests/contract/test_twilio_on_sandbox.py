"""The adapter of Twilio over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

import pytest
from sandbox_support import relay

from infra.sandbox import Fault, Person
from schemas.errors import VendorUnavailable

NAME = "twilio"
ADA = Person(key="s-ada", email="ada@example.test", phone="+4915112345678")
BEN = Person(key="s-ben", email="ben@example.test", phone="+4915112345679")
GONE = {"messages": 0, "calls": 0, "recordings": 0}


async def test_a_choice_is_kept_per_sender() -> None:
    async with relay() as r:
        await r.control.seed([ADA, BEN])
        assert (await r.do(NAME, "withdraw", ADA)).outcome == "executed"
        assert (await r.held(NAME, ADA))["consents"] == {"+15005550006": "opt-out"}
        assert (await r.do(NAME, "withdraw", ADA, all_purposes=True)).evidence.detail == "consents=2"
        assert set((await r.held(NAME, ADA))["consents"].values()) == {"opt-out"}
        assert (await r.do(NAME, "grant", ADA)).outcome == "executed"
        assert (await r.held(NAME, ADA))["consents"]["+15005550006"] == "opt-in"
        assert (await r.held(NAME, BEN))["consents"] == {}


async def test_a_consent_at_which_twilio_fails_is_told_again() -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        await r.control.happen(NAME, "stumble", ADA.key)
        failed = await r.do(NAME, "withdraw", ADA)
        assert (type(failed), failed.reason) == (VendorUnavailable, "internal_server_error")
        assert (await r.held(NAME, ADA))["consents"] == {}
        assert (await r.do(NAME, "withdraw", ADA)).outcome == "executed"
        assert (await r.held(NAME, ADA))["consents"] == {"+15005550006": "opt-out"}


async def test_what_was_written_over_rcs_is_deleted_too() -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        await r.control.happen(NAME, "rcs", ADA.key)
        assert (await r.held(NAME, ADA))["messages"] == 3
        assert (await r.do(NAME, "delete", ADA)).evidence.detail == "records=5"
        assert not (await r.held(NAME, ADA))["known"]


async def test_a_deletion_leaves_nothing_of_the_number_and_all_of_others() -> None:
    async with relay() as r:
        await r.control.seed([ADA, BEN])
        assert (await r.do(NAME, "delete", ADA)).evidence.detail == "records=4"
        held = await r.held(NAME, ADA)
        assert {key: held[key] for key in GONE} == GONE
        assert (await r.held(NAME, BEN))["messages"] == 2
        assert (await r.do(NAME, "delete", ADA)).outcome == "executed", (
            "asked again, it is still gone and not unknown"
        )
        assert (await r.read_back(NAME, "delete", ADA)).outcome == "verified"
        nobody = Person(key="s-no", email="no@example.test", phone="+4915112345670")
        assert (await r.do(NAME, "delete", nobody)).outcome == "no_match"


async def test_a_call_under_way_is_deleted_when_it_has_ended() -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        await r.control.happen(NAME, "call", ADA.key)
        early = await r.do(NAME, "delete", ADA)
        assert (early.reason, early.retry_after) == ("still_under_way", 60)
        await r.control.happen(NAME, "hang_up", ADA.key)
        assert (await r.do(NAME, "delete", ADA)).outcome == "executed"
        assert not (await r.held(NAME, ADA))["known"]


@pytest.mark.parametrize("verb", ["list_messages", "list_recordings", "delete_calls"])
async def test_a_connection_cut_is_made_good_by_the_redo(verb: str) -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb=verb, times=1))
        assert isinstance(await r.do(NAME, "delete", ADA), VendorUnavailable)
        assert (await r.do(NAME, "delete", ADA)).outcome == "executed"
        assert not (await r.held(NAME, ADA))["known"]
