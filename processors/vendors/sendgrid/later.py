"""SendGrid, asked later: whether a suppression stands, and whether contacts are gone.

https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions/search-for-suppressions-within-a-group
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Result, all_good
from processors.vendors.later import Undone
from processors.vendors.sendgrid.answers import contacts_of, is_global, lists, told
from processors.vendors.sendgrid.calls import GLOBAL, GROUPS, at, members
from processors.vendors.shapes import listed
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from processors.vendors.base import Instruction, ReadBackScript
    from processors.vendors.sendgrid.calls import SendgridOptions


def read_back(instruction: Instruction, options: SendgridOptions) -> ReadBackScript:
    emails = instruction.need("email")
    if instruction.action == "delete":
        there, contacts = yield from contacts_of(options.call("GET", GROUPS), options.search(emails))
        if contacts:
            return Undone(VendorRefused("found_again", **told(there)))
        return Result("verified", evidence=there.evidence(detail="no_contact,rest_unconfirmed"))
    if instruction.all_purposes:
        replies = all_good((yield tuple(options.call("GET", at(GLOBAL, one)) for one in emails)))
        missing = [reply for reply in replies if not is_global(reply)]
    else:
        body = {"recipient_emails": list(emails)}
        places = [f"{members(group)}/search" for group in options.of(instruction)]
        replies = all_good((yield tuple(options.call("POST", place, json=body) for place in places)))
        missing = [reply for reply in replies if not lists(listed(reply.json()), emails)]
    if missing:
        return Undone(VendorRefused("not_suppressed", **told(missing[0])))
    return Result("verified", evidence=replies[-1].evidence(detail=f"lists={len(replies)}"))
