"""HubSpot: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.hubspot.contacts import archived, erase, fold, look_up
from processors.vendors.hubspot.facts import GONE_AFTER_S, HubspotFacts
from processors.vendors.hubspot.later import read_back
from processors.vendors.hubspot.outcomes import done, without_mail
from processors.vendors.hubspot.statuses import SUBSCRIBED, leave, set_all, wide_statuses
from processors.vendors.mailing_lists import require_all
from processors.vendors.second_look import look_again, noted_first, unknown

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript


class Hubspot(HubspotFacts):
    name = "hubspot"

    def grant(self, instruction: Instruction) -> Script:
        purposes = self.options.mailed(instruction)
        if not purposes:
            return without_mail(instruction, self.options)
        require_all(purposes, self.options.subscriptions, "subscription")
        found = yield from look_up(instruction.need("email"))
        known = [email for email in instruction.need("email") if fold(email) in found.addresses]
        if not known:
            return (yield from unknown(instruction, self.options.search_lag_s, found.reply))
        yield from set_all(known, self.options.numbers(purposes), SUBSCRIBED, **self.options.basis)
        wide = yield from wide_statuses(known)
        if any(is_out for is_out, _ in wide):
            return Result("manual_task", "unsubscribed_from_all", wide[-1][1].evidence())
        return done("executed", instruction, self.options, wide[-1][1].evidence())

    def withdraw(self, instruction: Instruction) -> Script:
        purposes = self.options.mailed(instruction)
        if not purposes:
            return without_mail(instruction, self.options)
        numbers = None if instruction.all_purposes else self.options.numbers(purposes)
        count, reply = yield from leave(instruction.need("email"), numbers)
        if not instruction.all_purposes:
            require_all(purposes, self.options.subscriptions, "subscription")
        return done("executed", instruction, self.options, reply.evidence(detail=f"addresses={count}"))

    def delete(self, instruction: Instruction) -> Script:
        """Not to be repeated blindly: the search may still show, or already hide, whom an earlier try has deleted."""
        emails = instruction.need("email")
        found = yield from look_up(emails)
        contacts = yield from noted_first(instruction, found.ids)
        if not contacts:
            yield from look_again(instruction, self.options.search_lag_s)
            kept = yield from archived(emails)
            if kept.ids:
                return Result("manual_task", "archived", kept.reply.evidence(detail=f"contacts={len(kept.ids)}"))
            return Result("no_match", evidence=found.reply.evidence())
        reply = yield from erase(contacts)
        evidence = reply.evidence(detail=f"contacts={len(contacts)}", vendor_limit_s=GONE_AFTER_S)
        return Result("accepted", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)
