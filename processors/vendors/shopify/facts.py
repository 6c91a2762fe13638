"""Shopify: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.shopify.graphql import ask
from processors.vendors.shopify.options import ShopifyOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

LONGEST_S = 190 * 86_400
"""180 days after the last order, and 10 in which the erasure can be undone."""
_API = "https://shopify.dev/docs/api/admin-graphql/2026-10"


class ShopifyFacts(Vendor):
    title = "Shopify"
    docs = _API
    base_url = "https://{shop}.myshopify.com"
    channels = ("email", "sms")
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="subscribes the address or number that the event names to marketing, nothing else that the customer "
            "has; where Shopify waits for the person's own confirmation it has only accepted it; creates nobody",
        ),
        "withdraw": Capability(
            read_back_s=3600.0,
            says="unsubscribes the customer's address or number from marketing, each by itself, the number also from "
            "WhatsApp",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            vendor_limit_s=LONGEST_S,
            says="ends all marketing at once and requests the erasure of the customer's data, which waits until 180 "
            "days after the last order, and 10 days in any case; there is no status to ask, Shopify tells its apps "
            "by `customers/redact`",
        ),
    }
    identifies_by = ("email", "phone")
    auth = "api_key"
    key_header = ("X-Shopify-Access-Token", "{}")
    limits = (Window(calls=10, seconds=1),)
    traps = (
        "every answer is a 200: an error stands in `errors` or in `userErrors`",
        "a withdrawal with a date before the shop's last change would change nothing: no date is sent",
        "customerDelete is refused for who has ordered: the erasure is always requested instead",
        "an erasure can be cancelled in the shop's admin while it waits",
        "consent to WhatsApp is the number's, beside that to SMS: it ends with it, and no grant gives it",
        "orders stay, without the person's name and address",
        "an app's token that lives a day (client credentials) is not renewed: a lasting one is needed",
    )
    evidence = (
        ("S", "npm @shopify/dev-mcp@1.16.0 data/admin_2026-10.json: the schema of version 2026-10, by introspection"),
        ("D", f"{_API}/queries/customerByIdentifier"),
        ("D", f"{_API}/mutations/customerEmailMarketingConsentUpdate"),
        ("D", f"{_API}/mutations/customerRequestDataErasure"),
        ("D", "https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits: 100 points a second"),
        ("D", "https://shopify.dev/docs/api/usage/response-codes"),
        ("D", "https://help.shopify.com/en/manual/privacy-and-security/privacy/processing-customer-data-requests"),
        ("T", "https://software-help.shiphero.com/hc/en-us/articles/4419345823501: 10 days, else six months"),
    )
    unverified = (
        "that a mutation costs 10 points, of which the limit of calls is made",
        "what a repeated request for the same customer answers: an error ends as failed, and says so",
        "that no order of the last 180 days means 10 days",
        "that a shop which isn't there answers 404 with `errors`, as others have seen: the lane stops",
    )
    checked = "fields, inputs and enums of calls by reading the schema of 2026-10 in npm @shopify/dev-mcp@1.16.0"
    options_type = ShopifyOptions
    example: ClassVar[Mapping[str, Any]] = {"shop": "acme-tea"}
    options: ShopifyOptions

    def probe(self) -> Call:
        return ask("{ it: shop { id } }")

    def rehearse(self, call: Call) -> Reply:
        variables = call.json["variables"]
        if "identifier" in variables:
            it: dict[str, Any] = _customer("PENDING", variables)
        elif "input" in variables:
            consent = next(one for key, one in variables["input"].items() if key != "customerId")
            told = consent.get("marketingState") or consent["state"]
            who = _customer("PENDING" if told == "SUBSCRIBED" else told, {})  # some shops wait for the person
            it = {"customer": who, "customerPhoneNumber": who["defaultPhoneNumber"], "userErrors": []}
        else:
            it = {"customerId": variables.get("customerId"), "userErrors": []}
        return Reply(200, {}, json.dumps({"data": {"it": it}}).encode())


def _customer(state: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    who = variables.get("identifier", {})
    return {
        "id": "gid://shopify/Customer/1",
        "defaultEmailAddress": {"emailAddress": who.get("emailAddress"), "marketingState": state},
        "defaultPhoneNumber": {
            "phoneNumber": who.get("phoneNumber"),
            "marketingState": state,
            "whatsAppMarketingConsent": {"state": state},
        },
    }
