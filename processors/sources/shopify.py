"""Shopify: `customers/redact`, with which a shop has an app forget a customer.

https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance: a POST of JSON, 401 to a wrong signature, done
within 30 days. X-Shopify-Hmac-Sha256 is base64 of the HMAC-SHA256 over the body by the app's client secret;
X-Shopify-Topic and X-Shopify-Triggered-At, which it doesn't cover, tell what and when: so a deletion is only what
has the field that no other topic has, `orders_to_redact`. An app has one address for all shops that have installed
it: `shop_domain` tells which it is. Shopify wants all compliance topics answered with 2xx: the
other two are, and do nothing here.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from processors.sources.base import Message, Source, SourceOptions, Told, people, text
from processors.sources.signatures import base64ed, require_same
from schemas.errors import CallbackRefused

if TYPE_CHECKING:
    from processors.sources.base import Telling
    from processors.vendors.evidence import Source as Evidence


class ShopifyOptions(SourceOptions):
    """`shop`: the name before `.myshopify.com`; customers of other shops with the app are other companies'.

    subject: a field of the message's customer, as `id`, where our id of a person is Shopify's.
    """

    shop: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")


class Shopify(Source):
    name = "shopify"
    title = "Shopify"
    docs = "https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance"
    evidence: ClassVar[tuple[Evidence, ...]] = (
        ("D", docs),
        ("D", "https://help.shopify.com/api/guides/gdpr-resources/"),
    )
    unverified = (
        "that X-Shopify-Triggered-At stays the same when a message is sent again",
        "that `orders_to_redact` is there for a customer without orders, too",
    )
    options_type = ShopifyOptions
    options: ShopifyOptions

    def check(self, secret: str, message: Message, now: float) -> None:
        """It names no age at which a message is too old: sent again, it is the same event."""
        del now
        right = base64ed(secret, message.body)
        require_same(message.headers.get("x-shopify-hmac-sha256", ""), right, "X-Shopify-Hmac-Sha256")

    def told(self, message: Message) -> Telling:
        yield from ()
        if message.headers.get("x-shopify-topic") != "customers/redact":
            return ()
        body, at = message.json(), message.headers.get("x-shopify-triggered-at")
        customer = body.get("customer") if isinstance(body, dict) else None
        if not isinstance(customer, dict) or not at or not isinstance(body.get("orders_to_redact"), list):
            raise CallbackRefused("has not the form of customers/redact")
        if body.get("shop_domain") != f"{self.options.shop}.myshopify.com":
            return ()
        who = people(email=customer.get("email"), phone=customer.get("phone"), shopify_id=text(customer.get("id")))
        subject = self.options.subject_in(customer)
        which = hashlib.sha256(message.body).hexdigest()
        return (Told(f"{which} {at}", "deletion.requested", at, who, subject),)
