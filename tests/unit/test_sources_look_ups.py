"""Look-ups that fail while a source reads a batch: what that costs the others in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from source_support import HUBSPOT_URL, SECRET, hubspot, hubspot_event
from vendor_support import reply

from processors.sources.base import Message, Told
from processors.sources.configured import Known, source_of
from schemas.connections import SourceRow
from schemas.errors import CallbackRefused, VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.sources.base import Heard
    from processors.vendors.base import Call, Reply

OPTIONS = {"url": HUBSPOT_URL, "portal": 33}
ROW = SourceRow(controller="oomnis", vendor="hubspot", secret="x", name="in", connection="crm", options=OPTIONS)
BATCH = Message(*hubspot(0, *(hubspot_event(number) for number in ("101", "102", "103"))))


def hear(second: VendorError | Reply) -> tuple[Heard, ...]:
    """What the batch says. second: what becomes of the second look-up."""

    async def ask(call: Call) -> Reply:
        if not call.path.endswith("/102"):
            return reply({"properties": {"email": "jane.roe@example.org"}})
        if isinstance(second, VendorError):
            raise second
        return second

    return asyncio.run(Known(ROW, source_of(ROW), SECRET, ask).hear(BATCH))


def test_one_that_is_refused_for_good_costs_the_others_nothing() -> None:
    heard = hear(VendorRefused("http_400", status=400))
    assert [type(one) for one in heard] == [Told, CallbackRefused, Told]
    assert str(heard[1]) == "is about a record whose look-up was refused: http_400"


@pytest.mark.parametrize("body", [[], "none", {}, {"properties": None}, {"properties": ["email"]}], ids=repr)
def test_one_that_is_answered_in_another_form_costs_the_others_nothing(body: Any) -> None:
    heard = hear(reply(body))
    assert [type(one) for one in heard] == [Told, CallbackRefused, Told]
    assert str(heard[1]) == "is about a record whose look-up was answered in another form"


@pytest.mark.parametrize("kind", [VendorUnavailable, VendorAuthRejected])
def test_one_that_may_succeed_later_is_for_the_vendor_to_send_again(kind: type[VendorError]) -> None:
    with pytest.raises(kind):
        hear(kind("http_500", status=500))
