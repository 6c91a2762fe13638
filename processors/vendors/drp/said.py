"""Data Rights Protocol's requests and answers, as values: what goes out of a person, what a status means here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Reply, Result
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.later import Undone
from processors.vendors.words import record_id, word
from schemas.errors import MissingIdentity, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.vendors.base import Instruction
    from processors.vendors.drp.options import DrpOptions, Right

REQUESTS = "/v1/data-rights-request"
OPEN = frozenset({"open", "in_progress"})
_CLAIMS = {"email": "email", "phone": "phone_number"}


def requests_of(instruction: Instruction, right: Right, options: DrpOptions) -> Iterator[dict[str, Any]]:
    """A request for each address, or for each number of who has none; who asks whom, and when, the signature adds.

    Raises MissingIdentity: the event had neither.
    """
    found = {kind: [one.value.strip() for one in instruction.known(kind)] for kind in _CLAIMS}
    several = max(len(values) for values in found.values())
    if not several:
        raise MissingIdentity(*_CLAIMS)
    asked = {"exercise": right} | ({"regime": options.regime} if options.regime else {})
    for number in range(several):
        who: dict[str, Any] = {}
        for kind, values in found.items():
            if values:
                who[_CLAIMS[kind]] = values[min(number, len(values) - 1)]
                who |= {f"{_CLAIMS[kind]}_verified": True} if kind in options.verified else {}
        yield {"agent-request-id": f"{instruction.delivery_id}-{number}", **asked, **who}


def request_id(reply: Reply, asked: str | None = None) -> str:
    """Raises VendorUnavailable: it has none, or isn't the one that was asked about."""
    body = reply.json()
    try:
        found = record_id(body["request_id"])
    except (ValueError, KeyError, TypeError):
        raise _odd(reply) from None
    if asked is not None and found != asked:
        raise _odd(reply)
    return found


def said(reply: Reply) -> Result | Undone | None:
    """Of a status, by section 3.02; None: it is not decided. Raises VendorUnavailable: no status that there is."""
    name, body = request_id(reply), reply.json()
    status, reason = body.get("status"), body.get("reason")
    if status in OPEN:
        return _undone(reply, "need_user_verification") if reason == "need_user_verification" else None
    if status == "fulfilled":
        return Result("executed", evidence=reply.evidence(job_id=name))
    if (status, reason) == ("denied", "no_match"):
        return Result("no_match", evidence=reply.evidence(job_id=name))
    if status == "denied":
        return _undone(reply, f"denied_{word(reason)}")
    if status in {"revoked", "expired"}:
        return _undone(reply, str(status))
    raise _odd(reply)


def fault_of(reply: Reply) -> VendorError | None:
    """Section 3.06: an error that isn't `fatal` may be tried again, whatever its status."""
    if not HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    try:
        body = reply.json()
    except VendorUnavailable:
        return None
    if not isinstance(body, dict) or body.get("code") != str(reply.status) or reply.status in _OWN:
        return None
    kind = VendorRefused if body.get("fatal") is True else VendorUnavailable
    return kind(f"http_{reply.status}", status=reply.status, response_sha256=reply.sha256)


_OWN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS}
"""What these mean doesn't hang on a body."""


def _undone(reply: Reply, reason: str) -> Undone:
    return Undone(VendorRefused(reason, status=reply.status, response_sha256=reply.sha256))


def _odd(reply: Reply) -> VendorUnavailable:
    return VendorUnavailable(NOT_UNDERSTOOD, status=reply.status, response_sha256=reply.sha256)
