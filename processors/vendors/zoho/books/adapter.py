"""Zoho Books: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Reply, Result, Script
from processors.vendors.read_backs import gone
from processors.vendors.retention import year_of
from processors.vendors.scripts import no_call
from processors.vendors.second_look import noted, noted_first
from processors.vendors.zoho.books.contacts import SHARED, look_up, told
from processors.vendors.zoho.books.erase import erase
from processors.vendors.zoho.books.facts import ZohoBooksFacts
from schemas.errors import VendorError, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript

_SHARED = "individual_with_other_contact_persons"
_UNSEEN = "look_among_other_contact_persons"
_INTERNAL = b'"code":1000,'


class ZohoBooks(ZohoBooksFacts):
    name = "zoho_books"

    def grant(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_in_the_books")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_in_the_books")

    def delete(self, instruction: Instruction) -> Script:
        """What was noted once is all that is erased: who has come back when it is reviewed is a customer anew."""
        refs = sorted(noted(instruction))
        if not refs:
            found = yield from look_up(instruction.need("email"), self.options.account)
            refs = yield from noted_first(instruction, found.refs)
            if not refs:
                return self._unfound(found.reply)
        due = [ref for ref in refs if not ref.startswith(SHARED)]
        if not due:
            return Result("manual_task", _SHARED)
        came = yield from erase(due, self.options.account, instruction.delivery_id, self.options.keep_years)
        # What others share stays as it is: whoever looks for the address then finds it.
        return came if due == refs else Result("manual_task", _task(came), came.evidence)

    def _unfound(self, reply: Reply) -> Result:
        """Who is a contact's second contact person isn't found by any call, and must not pass for nobody."""
        evidence = reply.evidence()
        if self.options.more_contact_persons:
            return Result("manual_task", _UNSEEN, evidence)
        return Result("no_match", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(instruction.need("email"), self.options.account)
        return gone(found.refs, found.reply)

    def fault(self, reply: Reply) -> VendorError | None:
        is_internal = _INTERNAL in reply.body.replace(b" ", b"")
        return VendorUnavailable("zoho_1000", **told(reply)) if is_internal else None


def _task(came: Result) -> str:
    """Why it is a task. A task isn't reviewed: until when another record must be kept, its owner has to know."""
    return _SHARED if came.review_at is None else f"{_SHARED}_and_masked_until_{year_of(came.review_at)}"
