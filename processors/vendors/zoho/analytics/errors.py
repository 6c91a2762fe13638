"""Zoho Analytics: what its codes of errors mean, whatever the HTTP status.

zoho/analytics-oas 80c36a8, v2.0/zoho-analytics-api-common.json; 6045:
https://www.zoho.com/analytics/api/v2/api-limits-pricing/api-frequency.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processors.vendors.words import word
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Reply

_OF_EVERYBODY = {"8535", "7103"}
"""A bad token; a workspace that isn't there, or not in this organisation."""
_TOO_FAST, _INTERNAL = "6045", "7005"


def fault_of(reply: Reply) -> VendorError | None:
    """The error in the answer; None: there is none."""
    try:
        body = json.loads(reply.body)
        code = word(body["data"]["errorCode"]) if body["status"] == "failure" else ""
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if not code:
        return None
    if code in _OF_EVERYBODY:
        return VendorAuthRejected(f"zoho_{code}", **about)
    if code == _TOO_FAST:
        return VendorUnavailable("limit_reached", retry_after=60.0, too_fast=True, **about)
    if code == _INTERNAL:
        return VendorUnavailable(f"zoho_{code}", **about)
    # A status above 299 is sorted out as everywhere; in a 200 nothing else would tell that nothing was done.
    return VendorRefused(f"zoho_{code}", **about) if reply.status < 300 else None  # noqa: PLR2004
