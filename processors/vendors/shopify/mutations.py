"""Shopify: what is changed of a customer.

Marketing: .../mutations/customerEmailMarketingConsentUpdate, .../customerSmsMarketingConsentUpdate,
.../customerWhatsAppMarketingConsentUpdate, which has other names for the same
Erasure: .../mutations/customerRequestDataErasure; its codes: .../enums/CustomerRequestDataErasureErrorCode

Guard: `consentUpdatedAt` (`updatedAt`) is never sent. The record with the newest date holds, so that a withdrawal
which was given earlier than the shop's last change would be taken and change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.shopify.customers import NUMBER, SHOWN, WHATSAPP, states_of, whatsapp_of
from processors.vendors.shopify.graphql import ask, require_done
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.vendors.base import Call, Reply
    from processors.vendors.shopify.customers import Customer

_NAMES = {"email": "Email", "sms": "Sms"}
_CONSENT = """mutation($input: Customer{name}MarketingConsentUpdateInput!) {{
  it: customer{name}MarketingConsentUpdate(input: $input) {{
    customer {{ id {shown} }} userErrors {{ field message code }}
  }}
}}"""
_NO_WHATSAPP = f"""mutation($input: CustomerWhatsAppMarketingConsentUpdateInput!) {{
  it: customerWhatsAppMarketingConsentUpdate(input: $input) {{
    customerPhoneNumber {{ {NUMBER} }} userErrors {{ field message code }}
  }}
}}"""
_ERASURE = """mutation($customerId: ID!) {
  it: customerRequestDataErasure(customerId: $customerId) { customerId userErrors { field message code } }
}"""
_GONE = frozenset({"DOES_NOT_EXIST"})
OUT = frozenset({"UNSUBSCRIBED", "REDACTED", "INVALID", "NEVER_SUBSCRIBED"})
"""States in which nothing is sent to the address or number; the last is WhatsApp's alone."""


def ending(channels: Collection[str]) -> list[str]:
    """What a withdrawal of these channels ends: whoever wants no texts wants none over WhatsApp, either."""
    return [*channels, *([WHATSAPP] if "sms" in channels else [])]


def consents(customer: Customer, channels: Collection[str], state: str, level: str = "") -> list[tuple[str, Call]]:
    """The calls that set the customer's channels; one that the customer hasn't is left out."""
    done = OUT if state == "UNSUBSCRIBED" else {state}
    due = [one for one in channels if customer.states.get(one, state) not in done]
    return [(channel, _consent(customer.id, channel, state, level)) for channel in due]


def state_after(channel: str, reply: Reply) -> str:
    """What the customer's channel has become.

    Raises:
        VendorRefused: the vendor says that it hasn't the channel any more.

    """
    payload = require_done(reply)
    if channel == WHATSAPP:
        number = payload["customerPhoneNumber"]
        states = {WHATSAPP: whatsapp_of(number)} if number else {}
    else:
        states = states_of(payload["customer"])
    if channel not in states:
        raise VendorRefused("channel_gone_meanwhile", status=reply.status, response_sha256=reply.sha256)
    return states[channel]


def erasure(customer: str) -> Call:
    return ask(_ERASURE, customerId=customer)


def require_requested(reply: Reply) -> None:
    """Raises VendorError: it was not taken, and the customer isn't gone either."""
    require_done(reply, good=_GONE)


def _consent(customer: str, channel: str, state: str, level: str) -> Call:
    if channel == WHATSAPP:
        return ask(_NO_WHATSAPP, input={"customerId": customer, "whatsAppMarketingConsent": {"state": state}})
    name = _NAMES[channel]
    consent: dict[str, Any] = {"marketingState": state, **({"marketingOptInLevel": level} if level else {})}
    told = {"customerId": customer, f"{name.lower()}MarketingConsent": consent}
    return ask(_CONSENT.format(name=name, shown=SHOWN), input=told)
