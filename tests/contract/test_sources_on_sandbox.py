"""Messages that name only the vendor's own record: whose it is, is asked of the vendor over real HTTP."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_support import ANN, relay
from source_support import HUBSPOT_URL, SECRET, hubspot, hubspot_event, klaviyo, klaviyo_event

from infra.sandbox import Fault
from processors.sources.base import Message, Told
from processors.sources.configured import Known, source_of
from schemas.connections import SourceRow
from schemas.errors import VendorError

if TYPE_CHECKING:
    from sandbox_support import Relay

OPTIONS: dict[str, dict[str, Any]] = {"hubspot": {"url": HUBSPOT_URL, "portal": 33}, "klaviyo": {}}
GONE = "424242"


def known(r: Relay, vendor: str) -> Known:
    row = SourceRow(name="in", controller="c", vendor=vendor, secret="x", options=OPTIONS[vendor])
    return Known(row, source_of(row), SECRET, partial(r.connected[vendor].caller.call, permit=nullcontext))


def about(vendor: str, record: str) -> Message:
    if vendor == "hubspot":
        return Message(*hubspot(0.0, hubspot_event(record)))
    event = klaviyo_event()
    event["payload"]["data"]["relationships"]["profile"]["data"]["id"] = record
    return Message(*klaviyo(event))


def record_of(r: Relay, vendor: str) -> str:
    """The vendor's own id of Ann."""
    held: Any = r.sandbox.engines[vendor].vendor
    if vendor == "hubspot":
        return str(held._contacts.of(ANN.email).id)
    (mine,) = (name for name, profile in held._profiles.all.items() if profile.names().get("email") == ANN.email)
    return str(mine)


@pytest.mark.parametrize("vendor", sorted(OPTIONS))
async def test_the_address_is_looked_up_and_who_is_gone_is_nobody(vendor: str) -> None:
    async with relay() as r:
        (told,) = await known(r, vendor).hear(about(vendor, record_of(r, vendor)))
        assert isinstance(told, Told)
        assert [(one.type, one.value) for one in told.identities] == [("email", ANN.email)]
        assert await known(r, vendor).hear(about(vendor, GONE)) == ()
        assert await r.effects(vendor) == []


@pytest.mark.parametrize("vendor", sorted(OPTIONS))
async def test_a_look_up_that_fails_is_told_so_that_the_vendor_sends_it_again(vendor: str) -> None:
    async with relay() as r:
        record = record_of(r, vendor)
        await r.control.set_fault(Fault(kind="status", status=503, vendor=vendor, times=1))
        with pytest.raises(VendorError):
            await known(r, vendor).hear(about(vendor, record))
        assert len(await known(r, vendor).hear(about(vendor, record))) == 1
