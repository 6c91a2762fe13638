"""Meta ads: what is sent for several people, and what an error means.

Numbers of errors: the guide's own, and https://developers.facebook.com/docs/graph-api/guides/error-handling
Of limits: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
Of a version that has ended: 2635, as in the pages of the Marketing API's edges
Of an app that wants proof of its secret: https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.errors import VendorAuthRejected, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import Reply
    from processors.vendors.identifiers import Form

COLUMNS = {"email": "EMAIL", "phone": "PHONE"}
_LIMITS = frozenset({4, 17, 32, 341, 613, 80003, 80004})
_ACCESS = frozenset({3, 10, 102, 190, 294, *range(200, 300)})
_PASSING = frozenset({1, 2, 368})
_INVALID, _OLD_VERSION = 100, 2635
_CONFIGURED = {33: "audience_not_found", 1713230: "audience_blocked"}
"""Subcodes of an invalid parameter that are the same for everybody: a person has to mend the audience or its id."""
_PROOF = ("GraphMethodException", "appsecret_proof")
"""Type and word of an invalid parameter that is the app's: calls must prove its secret, and this one didn't."""
_WAIT_S = 60.0


def payload(names: Sequence[Form], limited: tuple[int, int] | None = None) -> dict[str, Any]:
    """A row for each name, hashed. limited: marked for Limited Data Use, for this country and state."""
    types = [kind for kind in COLUMNS if any(kind == one for one, _ in names)]
    columns = [COLUMNS[kind] for kind in types]
    more: list[Any] = []
    if limited is not None:
        columns.append("DATA_PROCESSING_OPTIONS")
        more.append(["LDU"])
        if any(limited):
            columns += ["DATA_PROCESSING_OPTIONS_COUNTRY", "DATA_PROCESSING_OPTIONS_STATE"]
            more += limited
    rows = [[*(value if kind == one else "" for one in types), *more] for kind, value in names]
    return {"schema": columns, "data": rows}


def fault_of(reply: Reply) -> VendorError | None:
    """Meta tells most errors as 400, and means them by number."""
    try:
        error = json.loads(reply.body)["error"]
        code, subcode, passes = int(error["code"]), int(error.get("error_subcode", 0)), error.get("is_transient")
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if code in _LIMITS:
        return VendorUnavailable("limit_reached", retry_after=_WAIT_S, too_fast=True, **about)
    if code == _OLD_VERSION:
        return VendorAuthRejected("version_has_ended", **about)
    if code in _ACCESS:
        return VendorAuthRejected(f"meta_{code}", **about)
    if code == _INVALID and error.get("type") == _PROOF[0] and _PROOF[1] in str(error.get("message")):
        is_given = "invalid" in str(error["message"]).lower()
        return VendorAuthRejected("app_secret_is_wrong" if is_given else "app_wants_secret_proof", **about)
    if code == _INVALID and subcode in _CONFIGURED:
        return VendorAuthRejected(_CONFIGURED[subcode], **about)
    return VendorUnavailable(f"meta_{code}", **about) if code in _PASSING or passes is True else None
