"""Netlify's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from sandbox_support import ANN, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

NOBODY = ANN.model_copy(update={"key": "s-no", "email": "nobody@x.test", "crm": ()})


async def test_a_deletion_takes_every_submission_spam_too_and_nobody_elses() -> None:
    async with relay() as r:
        await r.control.happen("netlify", "send", ANN.key, times="120")
        came = await r.do("netlify", "delete")
        assert (came.outcome, came.evidence.detail) == ("executed", "submissions=122")
        assert not (await r.held("netlify"))["known"]
        assert (await r.held("netlify", NEIGHBOUR))["known"]
        assert (await r.do("netlify", "delete", NOBODY)).outcome == "no_match"
        assert (await r.read_back("netlify", "delete")).outcome == "verified"


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="netlify", verb="delete", times=2))
        assert isinstance(await r.do("netlify", "delete"), VendorUnavailable)
        for _ in range(3):
            came = await r.do("netlify", "delete")
        assert (came.outcome, await r.effects("netlify")) == ("executed", ["delete", "delete"])


async def test_a_wrong_token_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"netlify_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("netlify", "delete"), VendorAuthRejected)
        assert await r.effects("netlify") == []
