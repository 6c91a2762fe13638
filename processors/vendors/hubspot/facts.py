"""HubSpot: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.hubspot.options import HubspotOptions
from processors.vendors.later import DAY_S
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 3600.0
GONE_AFTER_S = int(30 * DAY_S)
_OPENAPI = "HubSpot/HubSpot-public-api-spec-collection@9989379"


class HubspotFacts(Vendor):
    title = "HubSpot"
    docs = "https://developers.hubspot.com/docs/guides/api/marketing/subscriptions"
    base_url = "https://api.hubapi.com"
    channels = ("email", "web")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="subscribes the address of a known contact to the purpose's type; creates nobody, lifts no opt-out "
            "from all mail: that is a task"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="unsubscribes the address, and all others of its contact, from the purpose's type or from all mail",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            vendor_limit_s=GONE_AFTER_S,
            read_back_s=_READ_BACK_S,
            says="deletes every contact with the address for good, by its id; HubSpot then blocks the address. Who "
            "is among its archived contacts alone is a task",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    limits = (
        Window(calls=100, seconds=10, together=True),
        Window(calls=250_000, seconds=86_400, together=True),
        Window(calls=4, seconds=1, apis=("search",)),
    )
    documented: ClassVar[Mapping[int, str]] = {404: "no such contact (any more)"}
    traps = (
        "gdpr-delete by an address that HubSpot doesn't know blocks it: it is called by a contact's id alone",
        "DELETE of a contact is an archive from which it comes back within 90 days: it is never called",
        "an archived contact is kept for 90 days and no search shows it: it is asked for where no other is found",
        "a deleted address comes back only by a form, a mail to an inbox or a call that creates it",
        "what its tracking code serves has no call: the banner has to stop it; a choice of that and of mail says so",
    )
    evidence = (
        ("S", f"{_OPENAPI} Communication Preferences v4, CRM Contacts v3"),
        ("D", docs),
        ("D", "https://developers.hubspot.com/docs/methods/email/update_status"),
        ("D", "https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot"),
        ("D", "https://developers.hubspot.com/changelog/crm-search-api-rate-limit-increase"),
        ("T", "api-evangelist/hubspot rate-limits"),
    )
    unverified = (
        "the limits of the free edition",
        "that archived contacts are read by their address, and none that was deleted for good",
        "whether gdpr-delete takes an archived contact: it is a task",
        "that the search finds a contact by a further address",
        "that SUBSCRIBED doesn't lift an opt-out from all mail: it is asked after each grant",
        "that gdpr-delete of a contact which is gone answers 404: whether it is gone is asked then",
    )
    checked = f"calls and the sandbox's answers by reading {_OPENAPI}"
    options_type = HubspotOptions
    example: ClassVar[Mapping[str, Any]] = {"subscriptions": {"newsletter": 12345}}
    options: HubspotOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "", "search"

    def probe(self) -> Call:
        return Call("GET", "/communication-preferences/v4/definitions")

    def rehearse(self, call: Call) -> Reply:
        if call.path.endswith("/gdpr-delete"):
            return Reply(204)
        body: dict[str, Any] = {"status": "COMPLETE", "results": []}
        if call.path.endswith("/search"):
            email = call.json["filterGroups"][0]["filters"][0]["value"]
            body["results"] = [{"id": "101", "properties": {"email": email}}]
        elif call.path.endswith("/batch/read"):
            body["results"] = [{"id": "101", "properties": {"email": one["id"]}} for one in call.json["inputs"]]
        elif call.json:
            body["results"] = [{"subscriptionId": call.json["subscriptionId"], "status": call.json["statusState"]}]
        return Reply(200, {}, json.dumps(body).encode())
