"""Limits that Google's APIs tell as 403, or as 429 without saying how long to wait.

Reasons: https://developers.google.com/analytics/devguides/config/userdeletion/v3/limits-quotas
Newer APIs: https://cloud.google.com/apis/design/errors (`status` RESOURCE_EXHAUSTED)
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Reply

_REASONS = {"rateLimitExceeded": 5.0, "userRateLimitExceeded": 5.0}
"""Reasons that tell of a short limit → s to wait."""
_LONG_REASONS = ("quotaExceeded", "dailyLimitExceeded")


def limit_told(reply: Reply, used_up_s: float) -> VendorUnavailable | None:
    """The limit that an answer tells of; a 403 for anything else means bad credentials and would stop the lane.

    used_up_s: how long to wait where no short limit is named, s.
    """
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS and "retry-after" not in reply.headers:
        return _reached(reply, used_up_s)
    if reply.status != HTTPStatus.FORBIDDEN:
        return None
    try:
        error = json.loads(reply.body)["error"]
        waits = _REASONS | dict.fromkeys(_LONG_REASONS, used_up_s)
        told = [waits.get(one["reason"], 0.0) for one in error.get("errors", ())]
        told.append(used_up_s if error.get("status") == "RESOURCE_EXHAUSTED" else 0.0)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return _reached(reply, max(told)) if any(told) else None


def _reached(reply: Reply, wait: float) -> VendorUnavailable:
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    return VendorUnavailable("limit_reached", retry_after=wait, too_fast=True, **about)
