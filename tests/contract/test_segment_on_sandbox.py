"""The adapter of Segment over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import Any

from sandbox_support import Relay, relay

from infra.sandbox import Fault, Person
from processors.vendors.later import Undone
from schemas.errors import VendorUnavailable

NAME = "segment"
ADA = Person(key="s-ada", email="ada@example.test", user_id="u-ada")
BEN = Person(key="s-ben", email="ben@example.test", user_id="u-ben")


def played_by(r: Relay) -> Any:
    return r.sandbox.engines[NAME].vendor


async def test_a_user_is_suppressed_and_let_in_again() -> None:
    async with relay() as r:
        await r.control.seed([ADA, BEN])
        taken = await r.do(NAME, "withdraw", ADA)
        assert taken.outcome == "accepted"
        assert (await r.poll(NAME, "withdraw", taken, ADA)).outcome == "executed"
        assert await r.held(NAME, ADA) == {"known": True, "suppressed": True}
        assert await r.held(NAME, BEN) == {"known": True, "suppressed": False}
        lifted = await r.do(NAME, "grant", ADA)
        assert (await r.poll(NAME, "grant", lifted, ADA)).outcome == "executed"
        assert not (await r.held(NAME, ADA))["suppressed"]


async def test_a_deletion_takes_its_time_and_is_asked_about() -> None:
    async with relay() as r:
        await r.control.seed([ADA, BEN])
        played_by(r).jobs.takes_s = 60
        taken = await r.do(NAME, "delete", ADA)
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "accepted"
        assert (await r.held(NAME, ADA))["known"]
        r.clock.ahead += 61
        done = await r.poll(NAME, "delete", taken, ADA)
        assert (done.outcome, done.evidence.detail) == ("executed", "destinations=1,not_supported=0")
        assert await r.held(NAME, ADA) == {"known": False, "suppressed": True}
        assert (await r.held(NAME, BEN))["known"]


async def test_destinations_decide_whether_a_failure_is_one() -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        played_by(r).destinations["Old"] = "NOT_SUPPORTED"
        taken = await r.do(NAME, "delete", ADA)
        assert (await r.poll(NAME, "delete", taken, ADA)).evidence.detail == "destinations=2,not_supported=1"
        played_by(r).destinations["Amplitude"] = "FAILED"
        said = await r.poll(NAME, "delete", taken, ADA)
        assert isinstance(said, Undone)
        assert said.error.reason == "regulation_failed"


async def test_what_segment_does_not_tell_of_any_more_is_looked_up_or_begun_anew() -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        withdrawn, deleted = await r.do(NAME, "withdraw", ADA), await r.do(NAME, "delete", ADA)
        await r.control.happen(NAME, "forget", ADA.key)
        assert (await r.poll(NAME, "withdraw", withdrawn, ADA)).evidence.detail == "suppressed"
        assert (await r.poll(NAME, "delete", deleted, ADA)).error.reason == "regulation_unknown"


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.seed([ADA])
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb="create_regulation", times=1))
        assert isinstance(await r.do(NAME, "delete", ADA), VendorUnavailable)
        taken = await r.do(NAME, "delete", ADA)
        assert (await r.poll(NAME, "delete", taken, ADA)).outcome == "executed"
        changed = [one["changed"] for one in await r.control.ledger() if one["vendor"] == NAME]
        assert changed == [True, False]
