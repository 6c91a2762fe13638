"""Messages as vendors send them about what people chose there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "a-secret-of-26-characters."
HUBSPOT_URL = "https://relay.example/sources/hubspot-optouts"
Sent = tuple["Mapping[str, str]", bytes]


def _mac(signed: bytes, secret: str) -> bytes:
    return hmac.digest(secret.encode(), signed, hashlib.sha256)


def hubspot(now: float, *events: Mapping[str, Any], secret: str = SECRET, url: str = HUBSPOT_URL) -> Sent:
    body, stamp = json.dumps(events).encode(), str(int(now * 1000))
    signature = base64.b64encode(_mac(f"POST{url}".encode() + body + stamp.encode(), secret)).decode()
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}, body


def hubspot_event(contact: str, **changes: Any) -> dict[str, Any]:
    return {
        "eventId": 100, "subscriptionId": 7, "portalId": 33, "occurredAt": 1_772_438_400_123, "attemptNumber": 0,
        "subscriptionType": "contact.propertyChange", "objectId": int(contact), "propertyName": "hs_email_optout",
        "propertyValue": "true", **changes,
    }  # fmt: skip


def mailchimp(**changes: str) -> bytes:
    said = {
        "type": "unsubscribe", "fired_at": "2026-03-02 08:00:00", "data[action]": "unsub", "data[reason]": "manual",
        "data[id]": "8a25ff1d98", "data[list_id]": "a6b5da1054", "data[email]": "jane.roe@example.org",
        "data[email_type]": "html", "data[merges][EMAIL]": "jane.roe@example.org", "data[merges][CUSTOMER]": "c-1001",
    }  # fmt: skip
    return urlencode({**said, **changes}).encode()


def klaviyo(*events: Mapping[str, Any], secret: str = SECRET, stamp: str = "2026-03-02T08:00:01+00:00") -> Sent:
    meta = {"klaviyo_account_id": "AbC123", "klaviyo_webhook_id": "01H8WHK", "timestamp": stamp}
    body = json.dumps({"data": events, "meta": meta}).encode()
    signature = _mac(body + stamp.encode(), secret).hex()
    return {"klaviyo-signature": signature, "klaviyo-timestamp": stamp, "klaviyo-webhook-id": "01H8WHK"}, body


def klaviyo_event(which: str = "evt-1", channel: str = "email", **included: Any) -> dict[str, Any]:
    profile = [{"type": "profile", "id": "PROF1", "attributes": included}] if included else []
    event = {
        "type": "event", "id": which, "attributes": {"datetime": "2026-03-02T08:00:00+00:00", "event_properties": {}},
        "relationships": {"profile": {"data": {"type": "profile", "id": "PROF1"}}},
    }  # fmt: skip
    topic = f"event:klaviyo.unsubscribed_from_{channel}_marketing"
    return {"external_id": which, "topic": topic, "payload": {"data": event, "included": profile}}


def shopify(
    secret: str = SECRET,
    topic: str = "customers/redact",
    shop: str = "x",
    orders: str = "orders_to_redact",
    **customer: Any,
) -> Sent:
    domain = f"{shop}.myshopify.com"
    said = {"shop_id": 954889, "shop_domain": domain, "customer": customer, orders: [299938]}
    body = json.dumps(said).encode()
    signature = base64.b64encode(_mac(body, secret)).decode()
    at = "2026-03-02T08:00:00.123Z"
    return {"x-shopify-hmac-sha256": signature, "x-shopify-topic": topic, "x-shopify-triggered-at": at}, body
