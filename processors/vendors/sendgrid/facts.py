"""Twilio SendGrid: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.sendgrid.calls import GLOBAL, GROUPS, SendgridOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 3600.0


class SendgridFacts(Vendor):
    title = "Twilio SendGrid"
    docs = "https://www.twilio.com/docs/sendgrid/api-reference"
    base_url = "https://api.sendgrid.com"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="takes the address off the purpose's unsubscribe group; off the global list only when every "
            "purpose is granted, else a task while that holds; creates no contact"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="puts the address into the purpose's unsubscribe group, for all purposes on the global list",
        ),
        "delete": Capability(
            closing="accepted",
            read_back_s=_READ_BACK_S,
            says="asks for the erasure of the recipient's data and deletes the contacts; that none of these is left "
            "is read back, of the rest nothing can be asked",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    limits = (Window(calls=100, seconds=60, apis=("erasejob",)),)  # documented with the call
    documented: ClassVar[Mapping[int, str]] = {404: "it isn't on that list"}
    traps = (
        "a group that isn't there puts the address on the global list: the groups are looked up before each change",
        "the erasure may take suppressions with it: your own systems must know whom not to mail any more",
        "subusers are accounts of their own: nothing reaches them but a connection with on_behalf_of",
        "delete_all_contacts stands in the same call as the ids: it is never sent, nor is the call without ids",
        "older accounts have to ask for the erasure to be enabled: it answers 403 until then; contacts go before",
    )
    evidence = (
        ("S", "twilio/sendgrid-oai@dbe0e0d: tsg_suppressions_v3, tsg_mc_contacts_v3, tsg_recipients_data_erasure_v3"),
        ("S", "npm @sendgrid/client@8.1.6: hosts of the regions, the header on-behalf-of"),
        ("D", f"{docs}/recipients-data-erasure-api"),
        ("D", f"{docs}/how-to-use-the-sendgrid-v3-api/on-behalf-of"),
        ("C", "sendgrid/docs issue 6194: 204 where an address to be taken off the global list isn't on it"),
    )
    unverified = (
        "that 404 is the answer where an address to be taken off a group isn't in it (documented is 204 alone)",
        "that the job_id of a deletion of contacts is a text (its document says object); nothing is read from it",
        "whether the erasure removes suppressions",
        "that on_behalf_of holds for contacts, too: its page excepts mail alone, their document doesn't name it",
        "how long an erasure takes",
    )
    checked = (
        "twilio/sendgrid-oai@dbe0e0d: calls and the sandbox's answers validated; it has a job_id as an object, and "
        "requires of a global suppression that isn't there the address that its text says is left out"
    )
    options_type: ClassVar[type[Options]] = SendgridOptions
    example: ClassVar[Mapping[str, Any]] = {"groups": {"newsletter": 100, "surveys": 101}}
    options: SendgridOptions

    @property
    def url(self) -> str:
        return "https://api.eu.sendgrid.com" if self.options.region == "eu" else self.base_url

    @property
    def apis(self) -> tuple[str, ...]:
        return "", "erasejob"

    def probe(self) -> Call:
        return self.options.call("GET", GROUPS)

    def rehearse(self, call: Call) -> Reply:
        emails = (call.json or {}).get("recipient_emails") or (call.json or {}).get("emails", [])
        body: Any = {"job_id": "JOB-ID", "recipient_emails": emails}
        if call.path.endswith("/search/emails"):
            body = {"result": {email: {"contact": {"id": "CONTACT-ID"}} for email in emails}}
        elif call.path.endswith("/groups"):
            body = [{"id": group} for group in self.options.groups.values()]
        elif call.path.startswith(GLOBAL) and call.method == "GET":
            body = {}
        return Reply(min(call.expect), {}, json.dumps(body).encode())
