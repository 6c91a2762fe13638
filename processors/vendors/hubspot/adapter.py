"""HubSpot: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.hubspot.contacts import erase, fold, look_up
from processors.vendors.hubspot.facts import GONE_AFTER_S, HubspotFacts
from processors.vendors.hubspot.statuses import (
    SUBSCRIBED,
    UNSUBSCRIBED,
    are_out,
    leave_all,
    refused,
    set_all,
    wide_statuses,
)
from processors.vendors.later import Undone
from processors.vendors.mailing_lists import require_all
from processors.vendors.second_look import look_again, noted_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import ReadBackScript


class Hubspot(HubspotFacts):
    name = "hubspot"

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
        evidence = reply.evidence(detail=f"contacts={len(contacts)}", vendor_limit_s=GONE_AFTER_S)
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

    def _mailed(self, instruction: Instruction) -> list[str]:
        """The purposes that it is about in mail; one that is tracked and has a subscription, too, is both."""
        about = {purpose for purpose, channel in instruction.cells if channel == "email"}
        return sorted(about - (set(self.options.tracking) - set(self.options.subscriptions)))

    def _no_call(self, instruction: Instruction) -> Result:
        signalled = {(purpose, "web") for purpose in self.options.tracking} & instruction.cells
        return Result("client_signal", "cookie_banner") if signalled else Result("not_applicable", "channel")

    def _numbers(self, purposes: Sequence[str]) -> list[int]:
        return [self.options.subscriptions[purpose] for purpose in purposes if purpose in self.options.subscriptions]
