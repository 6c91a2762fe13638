"""Google Analytics 4: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.google.analytics.options import AnalyticsOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

GONE_AFTER_S = 63 * 86_400
ID_TYPES = {"ga_client_id": "CLIENT_ID", "user_id": "USER_ID", "ga_app_instance_id": "APP_INSTANCE_ID"}


class GoogleAnalyticsFacts(Vendor):
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
            vendor_limit_s=GONE_AFTER_S,
            says="one deletion request per id and property; unconfirmed, gone after the next two-monthly run",
        ),
    }
    identifies_by = tuple(ID_TYPES)
    auth = "google_service_account"
    scope = "https://www.googleapis.com/auth/analytics.user.deletion"
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

    def rehearse(self, call: Call) -> Reply:
        return Reply(200, {}, json.dumps({**call.json, "deletionRequestTime": "2026-01-01T00:00:00Z"}).encode())
