"""The adapter of Mixpanel over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_support import Relay, relay

from infra.sandbox import Fault, Person
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

NAME = "mixpanel"
ADA = Person(key="s-ada", email="ada@example.test", user_id="u-ada")
BEN = Person(key="s-ben", email="ben@example.test", user_id="u-ben")


def played_by(r: Relay) -> Any:
    return r.sandbox.engines[NAME].vendor


async def test_a_deletion_takes_its_time_and_is_asked_about() -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([ADA, BEN])
        played_by(r).jobs.takes_s = 60
        taken = await r.do(NAME, "delete", ADA)
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "accepted"
        assert (await r.held(NAME, ADA))["known"]
        r.clock.ahead += 61
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "executed"
        assert not (await r.held(NAME, ADA))["known"]
        assert (await r.held(NAME, BEN))["known"]
        assert (await r.poll(NAME, "delete", taken, BEN)).error.reason == "not_in_task"


async def test_a_task_that_fails_there_is_no_deletion() -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([ADA])
        played_by(r).jobs.takes_s = 60
        taken = await r.do(NAME, "delete", ADA)
        await r.control.happen(NAME, "fail", ADA.key)
        said = await r.poll(NAME, "delete", taken, ADA)
        assert isinstance(said, Undone)
        assert said.error.reason == "task_failure"


@pytest.mark.parametrize("verb", ["create_deletion", "get_deletion"])
async def test_a_connection_cut_is_made_good_by_the_redo(verb: str) -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([ADA])
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb=verb, times=1))
        taken = await r.do(NAME, "delete", ADA)
        if verb == "create_deletion":
            assert isinstance(taken, VendorUnavailable)
            taken = await r.do(NAME, "delete", ADA)
        else:
            assert isinstance(await r.poll(NAME, "delete", taken, ADA), VendorUnavailable)
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "executed"


async def test_another_project_stops_the_lane() -> None:
    async with relay(options={NAME: {"project_token": "0123456789abcdef"}}) as r:
        assert isinstance(await r.do(NAME, "delete", ADA), VendorAuthRejected)
