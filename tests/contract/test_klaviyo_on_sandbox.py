"""Klaviyo's adapter over real HTTP: what became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_support import ANN, BOB, NEIGHBOUR, Relay, relay

from infra.sandbox import Fault, Person
from infra.sandbox.limits import Limit
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from infra.sandbox.vendors.klaviyo import Klaviyo

CARL = Person(key="s-carl", email="carl@example.test", phone="+15005550006", lists={"surveys": "active"})


def played_by(r: Relay) -> Klaviyo:
    return r.sandbox.engines["klaviyo"].vendor  # type: ignore[return-value]


async def test_purposes_are_kept_apart_until_the_person_withdraws_altogether() -> None:
    async with relay(limits_scale=100) as r:
        assert (await r.do("klaviyo", "withdraw")).outcome == "accepted"
        held = await r.held("klaviyo")
        assert (held["lists"], held["consents"]) == (["marketing-campaigns"], [{"email": "SUBSCRIBED"}])
        assert (await r.read_back("klaviyo", "withdraw")).outcome == "verified"
        assert (await r.do("klaviyo", "withdraw")).outcome == "no_match", "not on the list, and not sent"
        assert (await r.held("klaviyo"))["consents"] == [{"email": "SUBSCRIBED"}]
        assert (await r.do("klaviyo", "withdraw", all_purposes=True)).outcome == "accepted"
        assert (await r.held("klaviyo"))["consents"] == [{"email": "UNSUBSCRIBED"}]
        assert (await r.read_back("klaviyo", "withdraw", all_purposes=True)).outcome == "verified"
        assert (await r.held("klaviyo", BOB))["lists"] == ["surveys"]


async def test_a_stranger_gets_no_profile() -> None:
    async with relay(limits_scale=100) as r:
        for action in ("withdraw", "delete"):
            came = await r.do("klaviyo", action, NEIGHBOUR, all_purposes=True)
            assert came.outcome == "no_match"
        assert not (await r.held("klaviyo", NEIGHBOUR))["known"]


async def test_each_channel_is_withdrawn_by_itself() -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([CARL])
        await r.do("klaviyo", "withdraw", CARL, all_purposes=True)
        assert (await r.held("klaviyo", CARL))["consents"] == [{"email": "UNSUBSCRIBED", "sms": "SUBSCRIBED"}]


async def test_a_grant_waits_for_the_person_where_the_list_says_so() -> None:
    async with relay(limits_scale=100) as r:
        waits = await r.do("klaviyo", "grant", BOB, purposes=("marketing-campaigns",))
        assert (waits.outcome, waits.evidence.detail) == ("accepted", "pending_opt_in")
        assert (await r.held("klaviyo", BOB))["pending"] == ["marketing-campaigns"]
        await r.control.happen("klaviyo", "confirm", BOB.key, purpose="marketing-campaigns")
        assert (await r.held("klaviyo", BOB))["lists"] == ["marketing-campaigns", "surveys"]
        at_once = await r.do("klaviyo", "grant", NEIGHBOUR)
        assert at_once.evidence.detail == "single_opt_in"
        assert (await r.held("klaviyo", NEIGHBOUR))["lists"] == ["surveys"]


async def test_a_deletion_takes_its_time_and_is_read_back() -> None:
    async with relay(limits_scale=100) as r:
        played_by(r).jobs.takes_s = 60
        await r.control.happen("klaviyo", "add", ANN.key)
        taken = await r.do("klaviyo", "delete")
        assert (taken.outcome, taken.evidence.detail) == ("accepted", "unconfirmed, profiles=2")
        assert (await r.read_back("klaviyo", "delete")).error.reason == "found_again"
        r.clock.ahead += 61
        assert (await r.read_back("klaviyo", "delete")).outcome == "verified"
        assert not (await r.held("klaviyo"))["known"]
        assert (await r.held("klaviyo", BOB))["known"]
        await r.control.happen("klaviyo", "add", ANN.key)
        assert isinstance(await r.read_back("klaviyo", "delete"), Undone)


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay(limits_scale=100) as r:
        await r.control.set_fault(Fault(kind="reset", vendor="klaviyo", verb="request_profile_deletion", times=1))
        assert (await r.do("klaviyo", "delete")).reason == "connection_reset"
        assert (await r.do("klaviyo", "delete")).outcome == "accepted"
        assert await r.effects("klaviyo") == ["delete"]


async def test_a_limit_reached_is_kept_to_as_long_as_klaviyo_asks() -> None:
    async with relay(limits={"request_profile_deletion": (Limit(calls=1, window_s=3600),)}) as r:
        await r.control.happen("klaviyo", "add", ANN.key)
        came = await r.do("klaviyo", "delete")
        assert (type(came), came.reason, came.retry_after) == (VendorUnavailable, "http_429", 60.0)
        assert await r.effects("klaviyo") == ["delete"]


@pytest.mark.parametrize("verb", ["get_profiles", "get_list_ids_for_profile"])
async def test_a_200_that_says_no_is_no_success(verb: str) -> None:
    async with relay(limits_scale=100) as r:
        await r.control.set_fault(Fault(kind="lie", vendor="klaviyo", verb=verb))
        assert type(await r.do("klaviyo", "withdraw")) is VendorUnavailable
        assert await r.effects("klaviyo") == []


async def test_a_wrong_key_stops_the_lane() -> None:
    async with relay(spoil={"klaviyo_api_key": lambda _: "pk_wrong"}) as r:
        assert isinstance(await r.do("klaviyo", "delete"), VendorAuthRejected)


async def test_a_call_without_the_revision_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with relay(limits_scale=100) as r:
        monkeypatch.setattr(type(r.connected["klaviyo"].vendor), "headers", {})
        came: Any = await r.do("klaviyo", "delete")
        assert came.status == 400
