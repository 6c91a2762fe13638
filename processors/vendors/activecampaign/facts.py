"""ActiveCampaign: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.activecampaign.contacts import (
    UNSUBSCRIBED,
)
from processors.vendors.activecampaign.options import ActiveCampaignOptions
from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.mailing_lists import PurposeLists
    from schemas.records import Action

RESTORABLE_S = 30 * 86_400
_READ_BACK_S = 3600.0


class ActiveCampaignFacts(Vendor):
    title = "ActiveCampaign"
    docs = "https://developers.activecampaign.com/reference/overview"
    base_url = "https://{account}.api-us1.com"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="subscribes to the purpose's list at once, of a stranger it makes a contact; no call asks to confirm"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="unsubscribes every contact with the address from the purpose's list; for all purposes from all",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            vendor_limit_s=RESTORABLE_S,
            read_back_s=_READ_BACK_S,
            says="deletes every contact with the address; an admin may restore it for 30 days",
        ),
    }
    identifies_by = ("email",)
    auth = "api_key"
    key_header = ("Api-Token", "{}")
    limits = (Window(calls=5, seconds=1),)  # per account, whoever calls: `limits_part` leaves others some
    documented: ClassVar[Mapping[int, str]] = {404: "no such contact or list (any more)"}
    traps = (
        "a deleted contact can be restored for 30 days, by the help centre's page; the API's doesn't say",
        "an account may delete so many contacts a month only, by the same page",
        "a grant subscribes whoever left by a link, too; who hasn't confirmed or has bounced becomes a task",
    )
    evidence = (
        ("S", "activecampaign-v3.json, OpenAPI of its reference, as kept in api-evangelist/activecampaign@6295cc5"),
        ("D", "https://help.activecampaign.com/hc/en-us/articles/115000349564-How-to-delete-contact-records"),
        ("D", "https://help.activecampaign.com/hc/en-us/articles/221073788-Contact-list-statuses-explained"),
        ("D", "https://help.activecampaign.com/hc/en-us/articles/360021838379 (status 91)"),
        ("C", "memberships compared with status 1 and 2, 4 as source of who subscribes again: many clients"),
        ("C", "mhenrixon/active_campaign@a748798 spec/cassettes: 201 where 200 is documented, words of 404"),
        ("T", "api-evangelist/activecampaign@6295cc5 rate-limits, quoted from reference/rate-limits"),
    )
    unverified = (
        "the numbers of the statuses unconfirmed (0) and bounced (3)",
        "that a contact's lists come in pages, of 20 without asking: others go through them by limit and offset",
        "whether a new membership of a list is answered by 200, as documented, or by 201: both are read",
        "how a deletion beyond the month's allowance is answered",
    )
    checked = "bodies, parameters and statuses of calls validated against activecampaign-v3.json@6295cc5, once"
    options_type: ClassVar[type[PurposeLists]] = ActiveCampaignOptions
    example: ClassVar[Mapping[str, Any]] = {"account": "example", "lists": {"newsletter": "7"}}
    options: ActiveCampaignOptions

    def probe(self) -> Call:
        return Call("GET", f"/api/3/lists/{self.options.every_list[0]}")

    def rehearse(self, call: Call) -> Reply:
        body: dict[str, Any] = dict(call.json or {})
        if call.path == "/api/3/contacts":
            body = {"contacts": [{"id": "1", "email": call.params["email"]}]}
        elif call.path.endswith("/contactLists") and call.method == "GET":
            body = {"contactLists": [{"list": one, "status": UNSUBSCRIBED} for one in self.options.every_list]}
        elif call.path.startswith("/api/3/lists/"):
            body = {"list": {"id": call.path.rpartition("/")[2]}}
        return Reply(200, {}, json.dumps(body).encode())
