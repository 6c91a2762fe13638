"""HubSpot: contacts by e-mail address, and an address's subscriptions.

Subscriptions, v4: https://developers.hubspot.com/docs/guides/api/marketing/subscriptions
Status of an address: https://developers.hubspot.com/docs/methods/email/update_status (holds for unknown ones, too)
Deletion: https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact
How long it takes: https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot

A status hangs on the address and not on a contact, so a withdrawal is carried out whether HubSpot knows the person or
not. `DELETE` of a contact only archives it, for 90 days: it is used nowhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, Vendor
from processors.vendors.capability import Capability
from processors.vendors.hubspot_contacts import erase, fold, look_up
from processors.vendors.hubspot_statuses import (
    SUBSCRIBED,
    UNSUBSCRIBED,
    are_out,
    leave_all,
    refused,
    set_all,
    wide_statuses,
)
from processors.vendors.later import DAY_S, Undone
from processors.vendors.mailing_lists import require_all
from processors.vendors.second_look import look_again, noted_first
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.vendors.base import ReadBackScript
    from schemas.records import Action

_READ_BACK_S = 3600.0
_GONE_AFTER_S = int(30 * DAY_S)
_OPENAPI = "HubSpot/HubSpot-public-api-spec-collection@9989379"
LegalBasis = Literal[
    "LEGITIMATE_INTEREST_PQL", "LEGITIMATE_INTEREST_CLIENT", "LEGITIMATE_INTEREST_OTHER", "PERFORMANCE_OF_CONTRACT",
    "CONSENT_WITH_NOTICE", "NON_GDPR", "PROCESS_AND_STORE",
]  # fmt: skip


class HubspotOptions(Options):
    """`subscriptions`: purpose → number of the subscription type that stands for it.

    tracking: purposes for which HubSpot's code on the site is told by the site's own consent banner.
    legal_basis, explanation: what HubSpot is told with a grant.
    search_lag_s: whom the search doesn't find is looked up again after so many s; 0: one look is enough.
    """

    subscriptions: dict[str, int] = Field(min_length=1)
    tracking: tuple[str, ...] = ()
    legal_basis: LegalBasis = "CONSENT_WITH_NOTICE"
    explanation: str = "the person's consent, recorded by the controller and passed on by consent-relay"
    search_lag_s: float = Field(default=10.0, ge=0, le=25)


class Hubspot(Vendor):
    name = "hubspot"
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
            vendor_limit_s=_GONE_AFTER_S,
            read_back_s=_READ_BACK_S,
            says="deletes every contact with the address for good, by its id; HubSpot then blocks the address",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    # Those of the free edition, of all apps of the account together a day; more in paid ones. The search has its own.
    limits = (
        Window(calls=100, seconds=10, together=True),
        Window(calls=250_000, seconds=86_400, together=True),
        Window(calls=4, seconds=1, apis=("search",)),
    )
    documented: ClassVar[Mapping[int, str]] = {404: "no such contact (any more)"}
    traps = (
        "gdpr-delete by an address that HubSpot doesn't know blocks it: it is called by a contact's id alone",
        "DELETE of a contact is an archive from which it comes back within 90 days: it is never called",
        "a deleted address comes back only by a form, a mail to an inbox or a call that creates it",
        "a purpose that its tracking code serves has no call: the site's banner has to stop it",
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

    def grant(self, instruction: Instruction) -> Script:
        purposes = self._mailed(instruction)
        if not purposes:
            return self._no_call(instruction)
        require_all(purposes, self.options.subscriptions, "subscription")
        found = yield from look_up(instruction.need("email"))
        known = [email for email in instruction.need("email") if fold(email) in found.addresses]
        if not known:
            yield from look_again(instruction, self.options.search_lag_s)
            return Result("no_match", evidence=found.reply.evidence())
        basis = {"legalBasis": self.options.legal_basis, "legalBasisExplanation": self.options.explanation}
        yield from set_all(known, self._numbers(purposes), SUBSCRIBED, **basis)
        wide = yield from wide_statuses(known)
        evidence = wide[-1][1].evidence()
        if any(is_out for is_out, _ in wide):
            return Result("manual_task", "unsubscribed_from_all", evidence)
        return Result("executed", evidence=evidence)

    def withdraw(self, instruction: Instruction) -> Script:
        purposes = self._mailed(instruction)
        if not purposes:
            return self._no_call(instruction)
        given = instruction.need("email")
        found = yield from look_up(given)
        emails = [*given, *sorted(found.addresses - {fold(email) for email in given})]
        if instruction.all_purposes:
            replies = yield from leave_all(emails)
        else:
            replies = yield from set_all(emails, self._numbers(purposes), UNSUBSCRIBED)
            require_all(purposes, self.options.subscriptions, "subscription")
        return Result("executed", evidence=replies[-1].evidence(detail=f"addresses={len(emails)}"))

    def delete(self, instruction: Instruction) -> Script:
        """Not to be repeated blindly: the search may still show, or already hide, whom an earlier try has deleted."""
        found = yield from look_up(instruction.need("email"))
        contacts = yield from noted_first(instruction, found.ids)
        if not contacts:
            yield from look_again(instruction, self.options.search_lag_s)
            return Result("no_match", evidence=found.reply.evidence())
        reply = yield from erase(contacts)
        evidence = reply.evidence(detail=f"contacts={len(contacts)}", vendor_limit_s=_GONE_AFTER_S)
        return Result("accepted", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        emails = instruction.need("email")
        if instruction.action == "delete":
            found = yield from look_up(emails)
            if found.ids:
                return Undone(refused("found_again", found.reply))
            return Result("verified", evidence=found.reply.evidence(detail="not_found"))
        numbers = [] if instruction.all_purposes else self._numbers(self._mailed(instruction))
        wide = yield from wide_statuses(emails)
        each = yield from are_out(emails, numbers)
        for (out_of_all, _), (is_out, reply) in zip(wide, each, strict=True):
            if not (out_of_all or is_out):
                return Undone(refused("not_opted_out", reply))
        return Result("verified", evidence=each[-1][1].evidence(detail=f"addresses={len(emails)}"))

    def probe(self) -> Call:
        return Call("GET", "/communication-preferences/v4/definitions")

    def rehearse(self, call: Call) -> Reply:
        if call.path.endswith("/gdpr-delete"):
            return Reply(204)
        body: dict[str, Any] = {"status": "COMPLETE", "results": []}
        if call.path.endswith("/search"):
            email = call.json["filterGroups"][0]["filters"][0]["value"]
            body["results"] = [{"id": "101", "properties": {"email": email}}]
        elif call.json:
            body["results"] = [{"subscriptionId": call.json["subscriptionId"], "status": call.json["statusState"]}]
        return Reply(200, {}, json.dumps(body).encode())

    def _mailed(self, instruction: Instruction) -> list[str]:
        """The purposes that it is about in mail; one that is tracked and has a subscription, too, is both."""
        about = {purpose for purpose, channel in instruction.cells if channel == "email"}
        return sorted(about - (set(self.options.tracking) - set(self.options.subscriptions)))

    def _no_call(self, instruction: Instruction) -> Result:
        signalled = {(purpose, "web") for purpose in self.options.tracking} & instruction.cells
        return Result("client_signal", "cookie_banner") if signalled else Result("not_applicable", "channel")

    def _numbers(self, purposes: Sequence[str]) -> list[int]:
        return [self.options.subscriptions[purpose] for purpose in purposes if purpose in self.options.subscriptions]
