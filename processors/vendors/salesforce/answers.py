"""Salesforce: what stands there later, what an answer's status doesn't tell, and answers to rehearse with.

Errors: https://developer.salesforce.com/docs/atlas.en-us.264.0.api_rest.meta/api_rest/errorcodes.htm
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Instruction, Reply, Result
from processors.vendors.later import Undone
from processors.vendors.salesforce.records import look_up
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript

_TOO_MANY_WAIT_S = 300.0
_OURS = {"INVALID_FIELD", "INVALID_TYPE"}


def read_back(instruction: Instruction) -> ReadBackScript:
    """Whether all of the person's records are out of mail; of a deletion, whether the recycle bin has lost them, too.

    Raises:
        VendorUnavailable: nothing else has them, but the bin does: it is asked again.

    """
    found = yield from look_up(instruction.need("email"))
    if instruction.action == "delete":
        if found.living:
            return Undone(VendorRefused("found_again", **_about(found.reply)))
        if found.binned:
            raise VendorUnavailable("still_in_recycle_bin", lane_wide=False, **_about(found.reply))
        return Result("verified", evidence=found.reply.evidence(detail="not_found"))
    if not all(found.living.values()):
        return Undone(VendorRefused("not_opted_out", **_about(found.reply)))
    return Result("verified", evidence=found.reply.evidence(detail=f"records={len(found.living)}"))


def fault(reply: Reply) -> VendorError | None:
    """A limit is told as 403; a field or object that our user may not see is nobody's fault but the set-up's."""
    if reply.status not in {400, 403}:
        return None
    try:
        code = json.loads(reply.body)[0]["errorCode"]
    except (ValueError, TypeError, LookupError):
        return None
    if code == "REQUEST_LIMIT_EXCEEDED":
        wait = _TOO_MANY_WAIT_S if b"TotalRequests" in reply.body else None  # else too many side by side
        return VendorUnavailable("request_limit_exceeded", retry_after=wait, too_fast=True, **_about(reply))
    return VendorAuthRejected(code.lower(), **_about(reply)) if code in _OURS else None


def rehearse(call: Call) -> Reply:
    """One contact with the address, and a good answer for each record."""
    if call.method == "GET":
        query = call.params["q"]
        record = {"Id": "003000000000001AAA", "HasOptedOutOfEmail": False, "IsDeleted": False, "MasterRecordId": None}
        texts = re.findall(r"'((?:[^'\\]|\\.)*)'", query)
        record["Email"] = re.sub(r"\\(.)", r"\1", texts[0])
        records = [record] if "FROM Contact" in query else []
        return Reply(200, {}, json.dumps({"totalSize": len(records), "done": True, "records": records}).encode())
    ids = [one["id"] for one in call.json["records"]] if call.json else call.params["ids"].split(",")
    return Reply(200, {}, json.dumps([{"id": one, "success": True, "errors": []} for one in ids]).encode())


def _about(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "response_sha256": reply.sha256}
