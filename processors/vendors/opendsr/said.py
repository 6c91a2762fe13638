"""OpenDSR's requests and answers, as values: which identities go out, what a status means here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Reply, Result
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.identifiers import sha256_of
from processors.vendors.later import Later, Undone
from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable
from schemas.times import iso

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from processors.vendors.opendsr.options import OpenDsrOptions

REQUEST = "request:"
"""What a ref begins with that is the id of a request."""
DONE = 200


class Status(StrEnum):
    """Section 8."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


def request_of(instruction: Instruction, options: OpenDsrOptions) -> dict[str, Any]:
    """The body without its id. Raises MissingIdentity: the event had no identity that the processor takes."""
    request: dict[str, Any] = {
        "regulation": options.regulation,
        "subject_request_type": "erasure",
        "submitted_time": iso(instruction.asked_at),
        "subject_identities": _identities(instruction, options),
        "api_version": "2.0",
    }
    if options.callback_url is not None:
        request["status_callback_urls"] = [options.callback_url]
    if options.extension:
        request["extensions"] = {options.domain: options.extension}
    return request


def _identities(instruction: Instruction, options: OpenDsrOptions) -> list[dict[str, str]]:
    found = []
    for one in instruction.identities:
        if one.type not in options.identity_types or not one.value.strip():
            continue
        is_hashed = one.format == "raw" and options.identity_format == "sha256"
        found.append(
            {
                "identity_type": options.identity_types[one.type],
                "identity_value": sha256_of(one.type, one.value) if is_hashed else one.value.strip(),
                "identity_format": "sha256" if is_hashed else one.format,
            }
        )
    if not found:
        raise MissingIdentity(*options.identity_types)
    return found


def taken(reply: Reply, ref: str) -> Result:
    """Of a 201."""
    _of(reply, ref)
    return _under_way(reply, ref)


def said(reply: Reply, ref: str) -> Result | Undone:
    """Of a status. Raises VendorUnavailable: it is none of this request's, or of no kind that the protocol knows."""
    body = _of(reply, ref)
    match body.get("request_status"):
        case Status.COMPLETED:
            count = body.get("results_count")
            detail = f"results={count}" if type(count) is int else None
            return Result("executed", evidence=reply.evidence(job_id=ref.removeprefix(REQUEST), detail=detail))
        case Status.PENDING | Status.IN_PROGRESS:
            return _under_way(reply, ref)
        case Status.CANCELLED:
            error = VendorRefused("cancelled_by_processor", status=reply.status, response_sha256=reply.sha256)
            return Undone(error)
    raise VendorUnavailable(NOT_UNDERSTOOD, status=reply.status, response_sha256=reply.sha256)


def _under_way(reply: Reply, ref: str) -> Result:
    name = ref.removeprefix(REQUEST)
    return Result("accepted", evidence=reply.evidence(job_id=name), later=Later(name, (ref,)))


def _of(reply: Reply, ref: str) -> dict[str, Any]:
    """The body, if it is about this request."""
    body = reply.json()
    if isinstance(body, dict) and str(body.get("subject_request_id")).lower() == ref.removeprefix(REQUEST):
        return body
    raise VendorUnavailable(NOT_UNDERSTOOD, status=reply.status, response_sha256=reply.sha256)
