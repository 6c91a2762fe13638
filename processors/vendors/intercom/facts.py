"""Intercom: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.intercom.options import IntercomOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 3600.0
_OPENAPI = "intercom/Intercom-OpenAPI@8889625 descriptions/2.16/api.intercom.io.yaml"


class IntercomFacts(Vendor):
    title = "Intercom"
    docs = "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts"
    base_url = "https://api.intercom.io"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="opts every contact with the address into the purpose's type; creates nobody, and only a grant of "
            "all its purposes turns mail on again for who is unsubscribed from all of it: else that is a task"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="opts every contact with the address out of the purpose's type, or unsubscribes it from all mail",
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="deletes every contact with the address, users and leads, with their conversations",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    headers: ClassVar[Mapping[str, str]] = {"Intercom-Version": "2.16"}
    limits = (Window(calls=1666, seconds=10, together=True),)
    documented: ClassVar[Mapping[int, str]] = {
        404: "no such contact (any more)",
        410: "merged into another contact, to which `Link` leads",
    }
    traps = (
        "a subscription type means the opposite when it is opt_in: its kind is asked each time",
        "a contact that was merged answers 410: whom it was merged into is meant",
        "archive keeps everything and ends when the person logs in: it is never called",
        "no look-up finds who was archived, so that an erasure ends as no_match and passes them over",
        "a deleted contact can be had back from Intercom for 7 days, by its own help page",
        "a contact made minutes ago may not be found",
        "the wrong region answers as a wrong token does",
        "tickets and ratings stay when their contact is deleted",
    )
    evidence = (
        ("S", _OPENAPI),
        ("D", "https://developers.intercom.com/docs/references/2.17/rest-api/errors/rate-limiting"),
        ("D", "https://www.intercom.com/help/en/articles/1815435"),
        ("D", "https://developers.intercom.com/docs/references/2.3/rest-api/contacts/delete-contact (404, 7 days)"),
        ("D", "intercom/intercom-node issue 333: archived contacts can't be listed, in Intercom's own words"),
        ("T", "https://www.eesel.ai/blog/intercom-api-rate-limits"),
    )
    unverified = (
        "the limit of 10,000 calls a minute: the headers of each answer say the real one",
        "that changing, deleting and subscribing a merged contact answer 410 as reading does",
        "whether the look-up minds capitals: an address is asked for as the event has it",
    )
    checked = f"calls and the sandbox's answers by reading {_OPENAPI} and npm intercom-client@7.0.3"
    options_type = IntercomOptions
    example: ClassVar[Mapping[str, Any]] = {"subscriptions": {"newsletter": "91"}}
    options: IntercomOptions

    @property
    def url(self) -> str:
        region = self.options.region
        return self.base_url if region == "us" else self.base_url.replace("api.", f"api.{region}.")

    def probe(self) -> Call:
        return Call("GET", "/me")

    def rehearse(self, call: Call) -> Reply:
        if call.path == "/contacts/search":
            field = call.json["query"]
            body: Any = {"data": [{"id": "CONTACT-ID", field["field"]: field["value"]}]} if "field" in field else {}
        elif call.path == "/subscription_types":
            body = {"data": [{"id": one, "consent_type": "opt_out"} for one in self.options.subscriptions.values()]}
        elif call.method == "GET" and call.path.endswith("/subscriptions"):
            body = {"data": []}
        else:
            body = {"unsubscribed_from_emails": False, "deleted": True, **(call.json or {})}
        return Reply(200, {}, json.dumps(body).encode())
