"""Google Analytics 4: the calls of each action."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from processors.vendors.base import Call, Instruction, Reply, Result, Script, all_good
from processors.vendors.google.analytics.facts import GONE_AFTER_S, ID_TYPES, GoogleAnalyticsFacts
from schemas.errors import MissingIdentity, VendorError, VendorUnavailable

_COOKIE = re.compile(r"GA\d+\.[\d-]+\.(\d+\.\d+)")
_DAY_USED_UP_S = 3600.0
_LIMITS = {
    "rateLimitExceeded": 5.0,
    "userRateLimitExceeded": 5.0,
    "quotaExceeded": _DAY_USED_UP_S,
    "dailyLimitExceeded": _DAY_USED_UP_S,
}
"""Google's reasons that tell of a limit → s to wait."""


class GoogleAnalytics(GoogleAnalyticsFacts):
    name = "google_analytics"

    def grant(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def _signal(self, _: Instruction) -> Script:
        yield from ()
        return Result("client_signal", "consent_mode")

    def delete(self, instruction: Instruction) -> Script:
        ids = _ids(instruction)
        if not ids:
            raise MissingIdentity(*self.identifies_by)
        replies = all_good((yield tuple(_upsert(p, *one) for p in self.options.property_ids for one in ids)))
        # The time of the request is the only receipt that Google gives.
        received = str(replies[-1].json()["deletionRequestTime"])
        evidence = replies[-1].evidence(detail="unconfirmed", job_id=received, vendor_limit_s=GONE_AFTER_S)
        return Result("accepted", evidence=evidence)

    def fault(self, reply: Reply) -> VendorError | None:
        """Google tells limits as 403 too, which by itself would mean bad credentials and stop the lane."""
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS and "retry-after" not in reply.headers:
            return _limit_reached(reply, _DAY_USED_UP_S)
        if reply.status != HTTPStatus.FORBIDDEN:
            return None
        try:
            waits = [_LIMITS.get(error["reason"], 0.0) for error in json.loads(reply.body)["error"]["errors"]]
        except (ValueError, TypeError, KeyError):
            return None
        return _limit_reached(reply, max(waits)) if any(waits) else None


def _ids(instruction: Instruction) -> list[tuple[str, str]]:
    known = instruction.known(*ID_TYPES)
    return list(dict.fromkeys((ID_TYPES[i.type], _without_prefix(i.value)) for i in known))


def _limit_reached(reply: Reply, wait: float) -> VendorError:
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    return VendorUnavailable("limit_reached", retry_after=wait, too_fast=True, **about)


def _without_prefix(value: str) -> str:
    """The client id in a `_ga` cookie (GA1.1.X.Y): with the prefix Google would take it and find nobody."""
    cookie = _COOKIE.fullmatch(value)
    return cookie[1] if cookie else value


def _upsert(property_id: str, kind: str, user_id: str) -> Call:
    request = {
        "kind": "analytics#userDeletionRequest",
        "id": {"type": kind, "userId": user_id},
        "propertyId": property_id,
    }
    return Call("POST", "/analytics/v3/userDeletion/userDeletionRequests:upsert", json=request, api=property_id)
