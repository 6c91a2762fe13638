"""Google Ads: what is sent for several people, how a request stands, and what an error means.

googleapis/googleapis@f8291d2: ingestion_service.proto, request_status_per_destination.proto; error.proto as in npm
@google-ads/datamanager@0.3.0, which has more reasons
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result, all_good
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.google.limits import limit_told
from processors.vendors.later import Later, Undone
from processors.vendors.words import word
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from processors.vendors.base import Instruction, PollScript, Reply
    from processors.vendors.google.ads.options import GoogleAdsOptions
    from processors.vendors.identifiers import Form

FIELDS = {"email": "emailAddress", "phone": "phoneNumber"}
_MINUTE_USED_UP_S = 60.0
_REASON = "PROCESSING_ERROR_REASON_"
_INTERNAL = "internal_error"
_CONFIGURED = frozenset({
    "INVALID_DESTINATION", "INVALID_USER_LIST_ID", "INVALID_USER_LIST_TYPE", "TERMS_AND_CONDITIONS_NOT_SIGNED",
    "NOT_ALLOWLISTED", "OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH", "TOO_MANY_DESTINATIONS",
    "DESTINATION_ACCOUNT_TYPE_MISMATCH", "USER_LIST_MUTATION_NOT_SUPPORTED", "SENSITIVE_USER_LIST_IMMUTABLE",
    "ADVERTISER_NOT_ALLOWLISTED_FOR_UPLOADED_DATA", "DATA_PARTNER_USER_LIST_MUTATE_NOT_ALLOWED",
})  # fmt: skip
"""Reasons that are the same for everybody: a person has to mend the connection or the account."""


def body_for(options: GoogleAdsOptions, lists: Iterable[str], names: Sequence[Form]) -> dict[str, Any]:
    """A member for each name: one that isn't matched keeps no other from it."""
    members = [{"userData": {"userIdentifiers": [{FIELDS[kind]: value}]}} for kind, value in names]
    destinations = [_destination(options, one) for one in lists]
    return {"destinations": destinations, "audienceMembers": members, "encoding": "HEX"}


def _destination(options: GoogleAdsOptions, one: str) -> dict[str, Any]:
    login = options.login_account_id
    return {
        "operatingAccount": _account(options.account_id),
        **({"loginAccount": _account(login)} if login else {}),
        "productDestinationId": one,
    }


def _account(number: str) -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": number}


def under_way(replies: Sequence[Reply], requests: Iterable[str]) -> Result:
    """These requests have the person; they can be asked about."""
    refs = tuple(sorted(set(requests)))
    return Result("accepted", evidence=replies[-1].evidence(job_id=refs[0]), later=Later(refs[0], refs))


def poll(instructions: Sequence[Instruction]) -> PollScript:
    """A request has ended well when each of its destinations has."""
    requests = sorted({ref for one in instructions for ref in one.refs})
    calls = tuple(
        Call("GET", "/v1/requestStatus:retrieve", params={"requestId": one}, api="status") for one in requests
    )
    said = dict(zip(requests, all_good((yield calls)), strict=True))
    return {
        one.delivery_id: _stands({ref: said[ref] for ref in one.refs}, alone=len(instructions) == 1)
        for one in instructions
    }


def _stands(said: Mapping[str, Reply], *, alone: bool) -> Result | Undone | VendorError:
    replies = list(said.values())
    about: dict[str, Any] = {"status": replies[-1].status, "response_sha256": replies[-1].sha256}
    each = [reply.json()["requestStatusPerDestination"] for reply in replies]
    if not all(each):
        return VendorUnavailable(NOT_UNDERSTOOD, **about)
    ends = [one["requestStatus"] for destinations in each for one in destinations]
    if all(end == "SUCCESS" for end in ends):
        detail = f"destinations={len(ends)}"
        return Result("executed", evidence=replies[-1].evidence(job_id=min(said), detail=detail))
    failed = [one for destinations in each for one in destinations if one["requestStatus"] in _FAILED]
    if not failed:
        return under_way(replies, said)
    # How many have failed is counted, not who: with others in it, all are tried anew.
    reason = _why(failed)
    anew = reason == _INTERNAL or not alone
    return Undone(VendorUnavailable(reason, lane_wide=False, **about) if anew else VendorRefused(reason, **about))


_FAILED = frozenset({"FAILED", "FAILURE", "PARTIAL_SUCCESS"})


def _why(failed: Iterable[Mapping[str, Any]]) -> str:
    counts = [count for one in failed for count in one.get("errorInfo", {}).get("errorCounts", ())]
    return word(str(counts[0]["reason"]).removeprefix(_REASON)) if counts else "request_failed"


def fault_of(reply: Reply) -> VendorError | None:
    """Google's newer APIs say in `details` what an invalid argument is."""
    try:
        details = json.loads(reply.body)["error"]["details"]
        reasons = {one.get("reason") for one in details}
        reasons |= {part.get("reason") for one in details for part in one.get("fieldViolations", ())}
    except (ValueError, TypeError, KeyError, AttributeError):
        return limit_told(reply, _MINUTE_USED_UP_S)
    wrong = sorted(_CONFIGURED & {str(reason) for reason in reasons})
    if wrong:
        return VendorAuthRejected(word(wrong[0]), status=reply.status, response_sha256=reply.sha256)
    return limit_told(reply, _MINUTE_USED_UP_S)
