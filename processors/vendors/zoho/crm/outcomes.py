"""Zoho CRM: how it ends for a person of whom all records were acted on, or none was found.

A record that has the address in a field which isn't a person's own (`email_fields`) may be somebody else's, as where
it names an assistant or who recommended them: it is left alone, and a person has to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Result, all_good, gravest
from processors.vendors.zoho.crm.later import under_way
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.vendors.base import Reply
    from processors.vendors.zoho.crm.erase import Erased
    from processors.vendors.zoho.crm.search import Found

OTHER_FIELD = "address_in_other_field"


def executed(person: Found, reply: Reply, records: int) -> Result:
    """All of the person's own are done."""
    if person.others:
        detail = f"records={records}, in_other_fields={person.others}"
        return Result("manual_task", OTHER_FIELD, reply.evidence(detail=detail))
    return Result("executed", evidence=reply.evidence(detail=f"records={records}"))


def unknown(person: Found) -> Result:
    """None is the person's own."""
    if person.others and person.reply is not None:
        return executed(person, person.reply, 0)
    return Result("no_match", evidence=person.reply.evidence() if person.reply else None)


def erased(person: Found, refs: Collection[str], all_fates: Erased) -> Result | VendorError:
    """refs: those found now, and those that an earlier try noted."""
    if not refs:
        return unknown(person)
    at_once = [all_fates.fates[ref] for ref in sorted(refs) if ref in all_fates.fates]
    error = gravest(fate for fate in at_once if isinstance(fate, VendorError))
    if error is not None:
        return error
    if len(at_once) < len(refs):
        return under_way(refs, all_fates.jobs, next(iter(all_fates.jobs.values())))
    return executed(person, all_good(at_once)[-1], len(refs))
