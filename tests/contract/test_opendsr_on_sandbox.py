"""OpenDSR over real HTTP: asked for, polled, told by callbacks; the sandbox signs as a processor does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, NEIGHBOUR, relay
from vendor_support import instruction

from infra.sandbox import Fault
from infra.sandbox.vendors.opendsr import OpenDsr as Processor
from processors.vendors.later import Undone
from processors.vendors.opendsr.adapter import OpenDsr
from schemas.errors import CallbackRefused, VendorAuthRejected, VendorUnreachable

if TYPE_CHECKING:
    from sandbox_support import Relay

URL = "https://relay.example/callbacks/opendsr"


async def status(r: Relay, taken: Any) -> Any:
    asked = instruction("delete", delivery_id="d", emails=(ANN.email,), refs=taken.later.refs)
    return (await r.connected["opendsr"].ask("job", [asked], permit=Lane().permit))["d"]


async def test_an_erasure_is_asked_for_and_polled_until_the_person_is_gone() -> None:
    async with relay() as r:
        await r.control.happen("opendsr", "hold", ANN.key)
        taken = await r.do("opendsr", "delete")
        assert (taken.outcome, (await status(r, taken)).outcome) == ("accepted", "accepted")
        assert (await r.held("opendsr"))["known"]
        await r.control.happen("opendsr", "complete", ANN.key)
        assert (await status(r, taken)).evidence.detail == "results=1"
        assert [(await r.held("opendsr", who))["known"] for who in (ANN, NEIGHBOUR)] == [False, True]


async def test_a_connection_cut_after_the_request_asks_for_it_and_sends_no_second() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="opendsr", verb="request", times=1))
        assert (await r.do("opendsr", "delete")).reason == "connection_reset"
        assert (await r.do("opendsr", "delete")).outcome == "executed"
        assert await r.effects("opendsr") == ["delete"]
        assert await r.served("opendsr", 400) == 0


async def test_what_is_cancelled_there_is_undone_here() -> None:
    async with relay() as r:
        await r.control.happen("opendsr", "hold", ANN.key)
        taken = await r.do("opendsr", "delete")
        await r.control.happen("opendsr", "cancel", ANN.key)
        said = await status(r, taken)
        assert isinstance(said, Undone)
        assert said.error.reason == "cancelled_by_processor"


async def test_its_callbacks_are_known_by_its_signature() -> None:
    async with relay() as r:
        processor = r.sandbox.engines["opendsr"].vendor
        assert isinstance(processor, Processor)
        adapter = r.connected["opendsr"].vendor
        own = OpenDsr(adapter.options.model_copy(update={"callback_url": URL}))
        taken = await r.do("opendsr", "delete")
        assert (await status(r, taken)).outcome == "executed"
        processor.requests[taken.later.job_id]["status_callback_urls"] = [URL]
        headers, body = processor.callback(taken.later.job_id)
        lower = {name.lower(): value for name, value in headers.items()}
        assert own.check("", lower, body, time.time())
        assert own.heard(body) == type(own.heard(body))(taken.later.job_id, is_done=True)
        with pytest.raises(CallbackRefused):
            own.check("", lower, body.replace(b"completed", b"cancelled"), time.time())


async def test_whoever_lies_or_refuses_us_is_no_success() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor="opendsr", verb="request", times=1))
        assert (await r.do("opendsr", "delete")).reason == "http_200"
        taken = await r.do("opendsr", "delete")
        await r.control.set_fault(Fault(kind="lie", vendor="opendsr", verb="status"))
        assert isinstance(await status(r, taken), VendorUnreachable)
    async with relay(spoil={"opendsr_token": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("opendsr", "delete"), VendorAuthRejected)
