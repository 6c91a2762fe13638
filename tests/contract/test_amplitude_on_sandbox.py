"""The adapter of Amplitude over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

import pytest
from sandbox_support import relay

from infra.sandbox import Fault, Person
from processors.vendors.later import DAY_S, Undone
from schemas.errors import VendorUnavailable

NAME = "amplitude"
ADA = Person(key="s-ada", email="ada@example.test", user_id="u-ada")
BEN = Person(key="s-ben", email="ben@example.test", user_id="u-ben")


async def test_a_deletion_waits_for_the_projects_next_job() -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([ADA, BEN])
        taken = await r.do(NAME, "delete", ADA)
        assert (taken.outcome, taken.later.job_id) == ("accepted", taken.evidence.job_id)
        for days in (5, 5):
            r.clock.ahead += days * DAY_S
            assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "accepted"
            assert (await r.held(NAME, ADA))["known"]
        r.clock.ahead += 2 * DAY_S
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "executed"
        assert not (await r.held(NAME, ADA))["known"]
        assert (await r.held(NAME, BEN))["known"]
        assert (await r.do(NAME, "delete", ADA)).outcome == "no_match", "of a deleted user nothing is known"


async def test_who_is_taken_out_of_the_job_is_still_there() -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([ADA])
        taken = await r.do(NAME, "delete", ADA)
        await r.control.happen(NAME, "leave", ADA.key)
        said = await r.poll(NAME, "delete", taken, ADA)
        assert isinstance(said, Undone)
        assert said.error.reason == "taken_out_of_the_job"


@pytest.mark.parametrize("verb", ["delete_users", "get_jobs"])
async def test_a_connection_cut_is_made_good_by_the_redo(verb: str) -> None:
    async with relay(limits_scale=100) as r:
        await r.control.seed([ADA])
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb=verb, times=1))
        taken = await r.do(NAME, "delete", ADA)
        if verb == "delete_users":
            assert isinstance(taken, VendorUnavailable)
            taken = await r.do(NAME, "delete", ADA)
        else:
            assert isinstance(await r.poll(NAME, "delete", taken, ADA), VendorUnavailable)
        r.clock.ahead += 13 * DAY_S
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "executed"
        changed = [one["changed"] for one in await r.control.ledger() if one["effect"] == "delete"]
        assert changed == [True], "both asked for the same job"
