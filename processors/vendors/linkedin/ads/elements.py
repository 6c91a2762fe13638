"""LinkedIn ads: what an answer says of each element, and what an error means for everybody.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from processors.vendors.batches import NOT_UNDERSTOOD
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import Answer, Reply

_GOOD = range(200, 300)
_FORBIDDEN = frozenset({401, 403})
_SERVER_FAULT = 500


def each(reply: Reply, lines: int) -> Sequence[Answer]:
    """One for each element that was sent.

    Raises:
        VendorUnavailable: there are more or fewer: it isn't known whose they are.

    """
    elements = reply.json()["elements"]
    if len(elements) != lines:
        raise VendorUnavailable(NOT_UNDERSTOOD, status=reply.status, response_sha256=reply.sha256)
    return [_one(reply, int(element["status"])) for element in elements]


def _one(reply: Reply, status: int) -> Answer:
    if status in _GOOD:
        return reply
    reason, about = f"element_{status}", {"status": status, "response_sha256": reply.sha256}
    if status in _FORBIDDEN:
        return VendorAuthRejected(reason, **about)  # type: ignore[arg-type]
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= _SERVER_FAULT:
        too_fast = status == HTTPStatus.TOO_MANY_REQUESTS
        return VendorUnavailable(reason, lane_wide=False, too_fast=too_fast, **about)  # type: ignore[arg-type]
    return VendorRefused(reason, **about)  # type: ignore[arg-type]


def fault_of(reply: Reply) -> VendorError | None:
    """A version that has ended and a segment that isn't there are the configuration's fault, not a person's."""
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if reply.status == HTTPStatus.UPGRADE_REQUIRED:
        return VendorAuthRejected("version_has_ended", **about)
    if reply.status != HTTPStatus.NOT_FOUND:
        return None
    try:
        is_linkedins = int(json.loads(reply.body)["status"]) == HTTPStatus.NOT_FOUND
    except (ValueError, TypeError, KeyError):
        return None
    return VendorAuthRejected("segment_not_found", **about) if is_linkedins else None
