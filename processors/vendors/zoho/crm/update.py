"""Zoho CRM: the switch for mail, on every record of a person.

https://www.zoho.com/crm/developer/docs/api/v8/update-specific-record.html
`skip_feature_execution`: zoho/crm-oas@381a419, v8.0/record/operations/updateRecord; no deletion has it
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from processors.vendors.base import Call, Reply, Script, all_good, gravest
from processors.vendors.zoho.crm.erase import Said, said_of
from processors.vendors.zoho.crm.outcomes import executed, unknown
from processors.vendors.zoho.crm.people import find
from processors.vendors.zoho.crm.refs import id_of
from schemas.errors import VendorError, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from processors.vendors.zoho.crm.options import CrmOptions


def switch(instruction: Instruction, options: CrmOptions, *, out: bool) -> Script:
    """Set it to no mail, or lift it.

    Raises:
        VendorError: it is not set on one of the records.

    """
    person = (yield from find([instruction], options))[instruction.delivery_id]
    if person.error is not None:
        raise person.error
    refs = sorted(person.refs)
    if not refs:
        return unknown(person)
    replies = all_good((yield tuple(_put(ref, out=out) for ref in refs)))
    error = gravest(e for reply, ref in zip(replies, refs, strict=True) for e in _refusal(reply, ref))
    if error is not None:
        raise error
    return executed(person, replies[-1], len(refs))


def _put(ref: str, *, out: bool) -> Call:
    module, _, record = ref.partition(":")
    # The change must not start the customer's own workflows, nor cadences, which an empty trigger list doesn't stop.
    skipped = [{"name": "cadences"}]
    body = {"data": [{"Email_Opt_Out": out}], "trigger": [], "skip_feature_execution": skipped}
    return Call("PUT", f"/crm/v8/{module}/{quote(record, safe='')}", json=body, expect=frozenset({200, 202, 400}))


def _refusal(reply: Reply, ref: str) -> list[VendorError]:
    (said,) = said_of(reply, "data", [id_of(ref)])
    if not isinstance(said, Said):
        return [said]
    if said.code == "INVALID_DATA" and b"api_name" not in reply.body:
        # The record went between look-up and update; looked up again, it is not found any more.
        return [VendorUnavailable("record_gone_meanwhile", status=reply.status, response_sha256=reply.sha256)]
    return [] if said.code == "SUCCESS" else [said.trouble()]
