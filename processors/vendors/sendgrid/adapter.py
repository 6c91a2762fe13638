"""Twilio SendGrid: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script, all_good
from processors.vendors.sendgrid.answers import (
    contacts_of,
    is_absent,
    is_global,
    only,
    require_groups,
    require_listed,
)
from processors.vendors.sendgrid.calls import GLOBAL, GROUPS, at, members
from processors.vendors.sendgrid.facts import SendgridFacts
from processors.vendors.sendgrid.later import read_back

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript


class Sendgrid(SendgridFacts):
    name = "sendgrid"

    def grant(self, instruction: Instruction) -> Script:
        groups = self.options.of(instruction)
        self.options.require_all(instruction)
        emails = instruction.need("email")
        asked = all_good((yield tuple(self.options.call("GET", at(GLOBAL, one)) for one in emails)))
        everywhere = any(map(is_global, asked))
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
        """Contacts first: older accounts are refused the erasure (403), and mail goes to contacts."""
        emails = list(instruction.need("email"))
        _, contacts = yield from contacts_of(self.options.call("GET", GROUPS), self.options.search(emails))
        if contacts:
            yield self.options.call("DELETE", "/v3/marketing/contacts", params=only(contacts), expect=202)
        erased = yield self.options.erasure(emails)
        job_id = str(erased.json()["job_id"])
        detail = f"unconfirmed,contacts={len(contacts)}"
        return Result("accepted", evidence=erased.evidence(detail=detail, job_id=job_id))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)
