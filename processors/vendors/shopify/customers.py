"""Shopify: a shop's customers, looked up by exact address or number, of which each is one customer's alone.

https://shopify.dev/docs/api/admin-graphql/2026-10/queries/customerByIdentifier
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Reply, Step, all_good
from processors.vendors.identifiers import require_forms, searched, trimmed_lower
from processors.vendors.shopify.graphql import ask, it

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from processors.vendors.base import Call, Instruction
    from schemas.errors import VendorError

PLACES = {"email": ("defaultEmailAddress", "emailAddress"), "sms": ("defaultPhoneNumber", "phoneNumber")}
"""Channel → where a customer has it."""
WHATSAPP = "whatsapp"
"""Texts over WhatsApp: a consent of the number's own, kept apart from that to SMS; no event has such a channel."""
_TEXTED = "whatsAppMarketingConsent"
NUMBER = f"phoneNumber marketingState {_TEXTED} {{ state }}"
SHOWN = f"defaultEmailAddress {{ emailAddress marketingState }} defaultPhoneNumber {{ {NUMBER} }}"
_LOOK_UP = f"""query($identifier: CustomerIdentifierInput!) {{
  it: customerByIdentifier(identifier: $identifier) {{ id {SHOWN} }}
}}"""
_ID = re.compile(r"gid://shopify/Customer/[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Customer:
    """`states`: channel → its marketing state, of those that the customer has; named: those that the event names."""

    id: str
    states: Mapping[str, str]
    named: frozenset[str]

    @property
    def as_named(self) -> Customer:
        """With nothing but what the event names."""
        return replace(self, states={one: state for one, state in self.states.items() if one in self.named})


@dataclass(frozen=True, slots=True)
class Found:
    """odd: the error of a name that can't be looked up, to be told when all else is done; reply: the last answer."""

    customers: Mapping[str, Customer]
    odd: VendorError | None
    reply: Reply


def look_up(instruction: Instruction) -> Generator[Step, Any, Found]:
    """Every customer with one of the person's addresses or numbers.

    Raises:
        MissingIdentity: the event had none of them.
        VendorRefused: none of them can be looked up.

    """
    names, odd = require_forms(instruction, ("email", "phone"), searched)
    asked = [_asked(kind, name) for kind, name in names]
    replies = all_good((yield tuple(call for _, _, call in asked)))
    found: dict[str, Customer] = {}
    for (channel, value, _), reply in zip(asked, replies, strict=True):
        row = it(reply)
        place, name = PLACES[channel]
        # The vendor's word for equal may be another one: whose address is only alike is somebody else.
        if row is not None and trimmed_lower(str((row[place] or {}).get(name))) == value:
            customer = _customer(row, channel)
            before = found.get(customer.id, customer)
            found[customer.id] = replace(customer, named=before.named | customer.named)
    return Found(found, odd, replies[-1])


def states_of(row: Mapping[str, Any]) -> dict[str, str]:
    states = {channel: str(row[place]["marketingState"]) for channel, (place, _) in PLACES.items() if row[place]}
    number = row[PLACES["sms"][0]]
    return {**states, **({WHATSAPP: whatsapp_of(number)} if number else {})}


def whatsapp_of(number: Mapping[str, Any]) -> str:
    return str(number[_TEXTED]["state"])


def _asked(kind: str, name: str) -> tuple[str, str, Call]:
    """Channel, what its place must say, and the call."""
    if kind == "email":
        return "email", name, ask(_LOOK_UP, identifier={"emailAddress": name})
    return "sms", name, ask(_LOOK_UP, identifier={"phoneNumber": name})


def _customer(row: Mapping[str, Any], named: str) -> Customer:
    if not _ID.fullmatch(str(row["id"])):
        raise ValueError("a customer's id is none")
    return Customer(row["id"], states_of(row), frozenset({named}))
