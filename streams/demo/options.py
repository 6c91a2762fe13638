"""What each connection of a demo is told of its account at the sandbox, and which secrets it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import processors.vendors  # noqa: F401 - registers the adapters
from infra.sandbox.vendor import Vendor
from infra.sandbox.vendors.zoho_books import ORGANISATION
from processors.engine.kinds import KINDS
from processors.vendors.base import VENDORS
from streams.demo.accounts import TRACKING, lists_of, topics_of

if TYPE_CHECKING:
    from infra.sandbox import SandboxSettings

_SHARED = {"zoho_oauth": "zoho", "google_service_account": "google"}
"""Kinds of auth of which a vendor's products have the same secrets."""


def options_of(adapter: str, sandbox: SandboxSettings, controller: str) -> dict[str, Any]:
    """The sandbox's searches lag behind nothing. Where nothing is said here, its account is the adapter's example."""
    accounts = {"accounts_url": sandbox.base_urls["zoho_accounts"]}
    lists = {purpose: sandbox.list_keys[purpose] for purpose in lists_of(controller)}
    numbers = {purpose: sandbox.topic_numbers[purpose] for purpose in topics_of(controller)}
    match adapter:
        case "google_analytics":
            return {"property_ids": [sandbox.ga_property_id]}
        case "zoho_campaigns":
            return {**accounts, "lists": lists}
        case "zoho_books":
            # None of the demo's people is a second contact person: whom the search doesn't find isn't there.
            return {**accounts, "organization_id": ORGANISATION, "keep_years": 10, "more_contact_persons": False}
        case "zoho_crm":  # deletions of several people are a job of the CRM's
            return {**accounts, "search_lag_s": 0, "mass_delete_above": 1, "job_poll_s": 1}
        case "hubspot":
            return {"search_lag_s": 0, "subscriptions": numbers, "tracking": TRACKING}
        case "intercom":
            types = {purpose: str(number) for purpose, number in numbers.items()}
            return {"search_lag_s": 0, "subscriptions": types}
        case "stripe":
            return {"erase": "delete", "keep_years": 7}
    kind, here = VENDORS[adapter], dict[str, Any](lists=lists, poll_s=1)
    if adapter in sandbox.base_urls:  # all but a site's own signals
        here["token_url"] = f"{sandbox.base_urls[adapter]}{Vendor.registry[adapter].token_path}"
    return {**kind.example, **{key: here[key] for key in here if key in kind.options_type.model_fields}}


def read_back_of(adapter: str) -> dict[str, str]:
    """When a vendor that can be asked is asked whether what was done stands: while the demo still runs."""
    return {"read_back": "1s"} if any(can.read_back_s for can in VENDORS[adapter].can.values()) else {}


def secrets_of(adapter: str) -> dict[str, str]:
    """What the adapter needs → the name under which the sandbox has it."""
    auth = VENDORS[adapter].auth
    return {key: f"{_SHARED.get(auth, adapter)}_{key}" for key in KINDS[auth].secrets}
