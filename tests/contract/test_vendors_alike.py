"""Adapters that look people up: an address that is only alike is somebody else's, whatever a search takes for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from answers_support import adapter, instruction
from vendor_support import play

from processors.vendors.base import Reply
from schemas.events import Identity

if TYPE_CHECKING:
    from processors.vendors.base import Call

ASKED, ALIKE = "ann@straße.example", "ann@strasse.example"
"""Two domains (RFC 5891), which databases often sort as one."""
LOOKED_UP = [
    *("activecampaign", "hubspot", "intercom", "klaviyo", "netlify", "salesforce", "shopify", "stripe", "wix"),
    *("wordpress_com", "zoho_books"),
]

NOT_FOUND = {"zoho_books": "manual_task"}
"""Where the look-up doesn't see everybody, a person has to."""


@pytest.mark.parametrize("name", LOOKED_UP)
def test_nobody_is_erased_whose_address_is_only_alike(name: str) -> None:
    own = adapter(name)

    def answer(call: Call) -> Reply:
        good = own.rehearse(call)
        text = good.body.decode().replace(r"stra\u00dfe", "strasse").replace("straße", "strasse")
        return Reply(good.status, good.headers, text.encode())

    asked = replace(instruction("delete"), identities=(Identity(type="email", value=ASKED),))
    assert play(own.script(asked), answer).result.outcome == NOT_FOUND.get(name, "no_match")
    alike = replace(asked, identities=(Identity(type="email", value=ALIKE.upper()),))
    assert play(own.script(alike), answer).result.outcome in {"accepted", "executed"}
