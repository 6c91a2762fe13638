"""Google Analytics 4: the User Deletion API.

Guide: https://developers.google.com/analytics/devguides/config/userdeletion/v3
Request: https://developers.google.com/analytics/devguides/config/userdeletion/v3/reference/userDeletion/userDeletionRequest
Quotas: https://developers.google.com/analytics/devguides/config/userdeletion/v3/limits-quotas

A request is only taken in; nothing can be asked about it later. Aggregated reports and exports (BigQuery)
are not touched. Consent has no call: it is a signal of the site's own tag (Consent Mode).
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, Vendor, all_good
from processors.vendors.capability import Capability
from schemas.errors import MissingIdentity, VendorError, VendorUnavailable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

# Out of the user report within 72 h, out of the servers at the next run, which comes every two months: 62 days at
# most, and one for the run itself.
_GONE_AFTER_S = 63 * 86_400
_ID_TYPES = {"ga_client_id": "CLIENT_ID", "user_id": "USER_ID", "ga_app_instance_id": "APP_INSTANCE_ID"}
_COOKIE = re.compile(r"GA\d+\.[\d-]+\.(\d+\.\d+)")
_DAY_USED_UP_S = 3600.0
_LIMITS = {
    "rateLimitExceeded": 5.0,
    "userRateLimitExceeded": 5.0,
    "quotaExceeded": _DAY_USED_UP_S,
    "dailyLimitExceeded": _DAY_USED_UP_S,
}
"""Google's reasons that tell of a limit → s to wait."""


class AnalyticsOptions(Options):
    """`property_ids`: numbers of the GA4 properties (Admin → Property details), not `G-…` or `UA-…`."""

    property_ids: tuple[Annotated[str, Field(pattern=r"^\d+$")], ...] = Field(min_length=1)


class GoogleAnalytics(Vendor):
    name = "google_analytics"
    title = "Google Analytics 4"
    docs = "https://developers.google.com/analytics/devguides/config/userdeletion/v3"
    base_url = "https://www.googleapis.com"
    channels = ("web", "ads")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(kind="client_signal", says="no call: the site's tag tells Google by Consent Mode"),
        "withdraw": Capability(kind="client_signal", says="no call: the site's tag tells Google by Consent Mode"),
        "delete": Capability(
            closing="accepted",
            vendor_limit_s=_GONE_AFTER_S,
            says="one deletion request per id and property; unconfirmed, gone after the next two-monthly run",
        ),
    }
    identifies_by = tuple(_ID_TYPES)
    auth = "google_service_account"
    scope = "https://www.googleapis.com/auth/analytics.user.deletion"
    # Documented: limits-quotas, as read. A day there is one of Google's, from midnight in California.
    limits = (
        Window(calls=3, seconds=2),
        Window(calls=500, seconds=86_400),  # per property
        Window(calls=500, seconds=86_400, together=True),  # per project in Google's cloud
    )
    traps = (
        "a request for an id that Analytics never saw is taken like any other: that is no proof",
        "aggregated reports and exports to BigQuery keep what they have",
    )
    evidence = (("D", docs), ("D", f"{docs}/limits-quotas"))
    unverified = ("which of 403 and 429 the day's limit answers: both are read",)
    options_type = AnalyticsOptions
    example: ClassVar[Mapping[str, Any]] = {"property_ids": ["123456789"]}
    options: AnalyticsOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return self.options.property_ids

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
        evidence = replies[-1].evidence(detail="unconfirmed", job_id=received, vendor_limit_s=_GONE_AFTER_S)
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

    def rehearse(self, call: Call) -> Reply:
        return Reply(200, {}, json.dumps({**call.json, "deletionRequestTime": "2026-01-01T00:00:00Z"}).encode())


def _ids(instruction: Instruction) -> list[tuple[str, str]]:
    known = instruction.known(*_ID_TYPES)
    return list(dict.fromkeys((_ID_TYPES[i.type], _without_prefix(i.value)) for i in known))


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
