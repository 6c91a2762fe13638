"""Wix: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.wix.options import WixOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_V5 = "https://dev.wix.com/docs/api-reference/crm/members-contacts/contacts/contacts-v5"
_CONSENT = "https://dev.wix.com/docs/rest/business-management/marketing/marketing-consent"


class WixFacts(Vendor):
    title = "Wix"
    docs = "https://dev.wix.com/docs/rest"
    base_url = "https://www.wixapis.com"
    channels = ("email", "sms")
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(says="confirms the marketing consent of each named address or number that a contact has"),
        "withdraw": Capability(
            says="revokes the marketing consent of every address or number that the person's contacts have"
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=3600.0,
            says="revokes, then deletes every contact with the address or number, with the member that it may be, "
            "out of the trash bin, too, and the consents of all that these have; where a subscription that is paid "
            "for, or the role of an owner, bars that, it is a task",
        ),
    }
    identifies_by = ("email", "phone")
    auth = "api_key"
    limits = (Window(calls=200, seconds=60),)
    documented: ClassVar[Mapping[int, str]] = {
        404: "no such contact or consent (any more)",
        428: "something bars the contact from being deleted, its code says what",
    }
    traps = (
        "a deleted contact stays in the trash bin for 90 days: it is purged at once",
        "what somebody has deleted by hand lies in the trash bin, where the look-up doesn't look: it is no_match",
        "deleting a contact deletes the site member, too: without that a member's contact is refused",
        "a consent can't be taken back to unknown: it is revoked, or deleted with the person",
        "orders, bookings, forms and comments of the person are other apps' and stay",
    )
    evidence = (
        ("S", "npm @wix/marketing_marketing-consent@1.0.16: paths, bodies and types of consents"),
        ("S", "npm @wix/auto_sdk_crm_contacts-v-5@1.0.21, @wix/auto_sdk_crm_contacts@1.0.1375: paths, fields"),
        ("D", f"{_V5}/delete-contact: 428 for what bars it, 403, 500; {_V5}/remove-contact-from-trash-bin"),
        ("D", "https://dev.wix.com/docs/rest/api-reference/contacts/contacts/contact-v4/sort-filter-and-search: $in"),
        ("D", "https://dev.wix.com/docs/rest/crm/members-contacts/contacts/contacts/contact-v4/list-contacts"),
        ("D", f"{_CONSENT}/upsert-marketing-consent, {_CONSENT}/marketing-consent-object, {_CONSENT}/introduction"),
        ("D", "https://dev.wix.com/docs/rest/articles/get-started/rate-limits"),
    )
    unverified = (
        "that a contact has the same id in version 4, which finds it, and version 5, which deletes it",
        "that lastRevokeActivity and lastConfirmationActivity are taken without a source",
        "that deleting a consent which is gone answers 404",
        "whether the look-up minds capitals: addresses are asked for in lower case",
    )
    checked = "calls by reading Wix's own SDKs for them, the sandbox's answers by reading the pages"
    options_type = WixOptions
    example: ClassVar[Mapping[str, Any]] = {"site": "4f8a1c2e-0000-4000-8000-000000000002"}
    options: WixOptions

    def probe(self) -> Call:
        query = {"query": {"paging": {"limit": 1}, "fields": ["id"]}}
        return Call("POST", "/contacts/v4/contacts/query", json=query, headers=self.options.headers)

    def rehearse(self, call: Call) -> Reply:
        body: dict[str, Any] = {}
        if call.path.endswith("/query"):
            ((field, wanted),) = call.json["query"]["filter"].items()
            names = [{field.rpartition(".")[2]: name} for name in wanted["$in"]]
            place = "emails" if "emails" in field else "phones"
            body = {"contacts": [{"id": "CONTACT-ID", "info": {place: {"items": names}}}]}
        elif call.path.endswith("/upsert"):
            body = {"marketingConsent": {"id": "CONSENT-ID", **call.json["marketingConsent"]}}
        return Reply(200, {}, json.dumps(body).encode())
