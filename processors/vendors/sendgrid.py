"""Twilio SendGrid, API v3: suppressions, Marketing Campaigns contacts, and erasure of recipients' data.

Suppressions: https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions
Contacts: https://www.twilio.com/docs/sendgrid/api-reference/contacts
Erasure: https://www.twilio.com/docs/sendgrid/api-reference/recipients-data-erasure-api
Checked against twilio/sendgrid-oai dbe0e0d: tsg_suppressions_v3, tsg_mc_contacts_v3, tsg_recipients_data_erasure_v3.

Suppression lists take any address, also one that nobody knows: there is no `no_match` for a choice.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, Vendor, all_good
from processors.vendors.capability import Capability
from processors.vendors.sendgrid_answers import contacts_of, is_absent, only, require_groups, require_listed
from processors.vendors.sendgrid_calls import GLOBAL, GROUPS, SendgridOptions, at, members
from processors.vendors.sendgrid_later import read_back
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.base import ReadBackScript
    from schemas.records import Action

_READ_BACK_S = 3600.0


class Sendgrid(Vendor):
    name = "sendgrid"
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
        "older accounts have to ask for the erasure to be enabled: it answers 403 until then",
    )
    evidence = (
        ("S", "twilio/sendgrid-oai@dbe0e0d: tsg_suppressions_v3, tsg_mc_contacts_v3, tsg_recipients_data_erasure_v3"),
        ("D", f"{docs}/recipients-data-erasure-api"),
    )
    unverified = (
        "that 404 is the answer where an address to be taken off a list isn't on it (documented is 204 alone)",
        "that the job_id of a deletion of contacts is a text (its document says object); nothing is read from it",
        "whether the erasure removes suppressions",
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

    def grant(self, instruction: Instruction) -> Script:
        groups = self.options.of(instruction)
        self.options.require_all(instruction)
        emails = instruction.need("email")
        asked = all_good((yield tuple(self.options.call("GET", at(GLOBAL, one)) for one in emails)))
        everywhere = any("recipient_email" in reply.json() for reply in asked)
        # `all_purposes` leaves out what needs a grant by name: only this says that nothing stays withdrawn.
        if everywhere and set(self.options.groups) != set(instruction.purposes):
            return Result("manual_task", "global_suppression_in_force", asked[-1].evidence())
        places = [*map(members, groups), *([GLOBAL] if everywhere else [])]
        lifts = tuple(self.options.call("DELETE", at(place, one), expect=204) for place in places for one in emails)
        # The list was just read there: a 404 now is about the address alone, and not about ours.
        replies = all_good([answer for answer in (yield lifts) if not is_absent(answer)])
        return Result("executed", evidence=(replies or asked)[-1].evidence(detail=f"lifted={len(replies)}"))

    def withdraw(self, instruction: Instruction) -> Script:
        emails = instruction.need("email")
        places = [GLOBAL]
        if not instruction.all_purposes:
            groups = self.options.of(instruction)
            require_groups((yield self.options.call("GET", GROUPS)), groups)
            places = list(map(members, groups))
        body = {"recipient_emails": list(emails)}
        replies = all_good((yield tuple(self.options.call("POST", place, json=body, expect=201) for place in places)))
        require_listed(replies, emails)
        if not instruction.all_purposes:
            self.options.require_all(instruction)  # what is known has been done
        return Result("executed", evidence=replies[-1].evidence(detail=f"lists={len(places)}"))

    def delete(self, instruction: Instruction) -> Script:
        emails = list(instruction.need("email"))
        erase = self.options.call(
            "POST", "/v3/recipients/erasejob", json={"email_addresses": emails}, expect=202, api="erasejob"
        )
        erased, contacts = yield from contacts_of(erase, self.options.search(emails))
        job_id = str(erased.json()["job_id"])
        if contacts:
            yield self.options.call("DELETE", "/v3/marketing/contacts", params=only(contacts), expect=202)
        detail = f"unconfirmed,contacts={len(contacts)}"
        return Result("accepted", evidence=erased.evidence(detail=detail, job_id=job_id))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)

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
