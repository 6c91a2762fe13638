"""Record ids go into paths and lists of ids: what is none there must not name other records."""

from __future__ import annotations

import pytest
from engine_support import Lane, Wire, connector
from vendor_support import EMAIL, instruction, reply, vendor

from schemas.errors import VendorUnavailable


@pytest.mark.parametrize("odd", ["../users", "1,2", "1?x=y", "", EMAIL, "\ud800", None, {"a": 1}, "9" * 65])
async def test_an_id_that_is_none_is_an_answer_that_nobody_understands(odd: object) -> None:
    wire = Wire(lambda _: reply({"data": [{"id": odd, "Email": EMAIL}]}))
    ready = connector(wire, vendor=vendor("zoho_crm", modules=("Contacts",)))
    outcomes = await Lane().carry_out(ready, [instruction("withdraw")])
    assert (type(outcomes["d1"]), outcomes["d1"].reason) == (VendorUnavailable, "answer_not_understood")
    assert len(wire.requests) == 1
