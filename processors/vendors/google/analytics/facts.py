"""Google Analytics 4: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.google.analytics.calls import ADMIN, ID_TYPES, PROVIDED
from processors.vendors.google.analytics.options import AnalyticsOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

GONE_AFTER_S = 63 * 86_400
EDIT_SCOPE = "https://www.googleapis.com/auth/analytics.edit"
_ADMIN_HOST = "https://analyticsadmin.googleapis.com"
_ADMIN_DOCS = "https://developers.google.com/analytics/devguides/config/admin/v1"


class GoogleAnalyticsFacts(Vendor):
    title = "Google Analytics 4"
    docs = "https://developers.google.com/analytics/devguides/config/userdeletion/v3"
    base_url = "https://www.googleapis.com"
    channels = ("web", "ads")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            kind="client_signal",
            says="no call: the site's tag tells Google by Consent Mode, with `granted` for what the purpose stands "
            "for: analytics_storage, ad_storage, ad_user_data, ad_personalization",
        ),
        "withdraw": Capability(
            kind="client_signal",
            says="no call: the site's tag tells Google by Consent Mode, with `denied` for the same",
        ),
        "delete": Capability(
            closing="accepted",
            vendor_limit_s=GONE_AFTER_S,
            says="one deletion request per id and property, and per address and phone number where these are "
            "collected; unconfirmed, gone after the next two-monthly run",
        ),
    }
    identifies_by = (*ID_TYPES, *PROVIDED)
    auth = "google_service_account"
    scope = "https://www.googleapis.com/auth/analytics.user.deletion"
    limits = (
        Window(calls=3, seconds=2),
        Window(calls=500, seconds=86_400),  # per property, of either API
        Window(calls=500, seconds=86_400, together=True),  # per project in Google's cloud
    )
    traps = (
        "a request for an id that Analytics never saw is taken like any other: that is no proof",
        "aggregated reports and exports to BigQuery keep what they have",
        "deletion by address or phone number (user_provided_data) needs the role Editor and the scope analytics.edit",
        "a withdrawal deletes nothing: what was collected while it was allowed stays until it is asked to be deleted",
    )
    evidence = (
        ("S", "googleapis/googleapis@f8291d2: google/analytics/admin/v1alpha, SubmitUserDeletion"),
        ("D", docs),
        ("D", f"{docs}/limits-quotas"),
        ("D", f"{_ADMIN_DOCS}/rest/v1alpha/properties/submitUserDeletion"),
        ("D", f"{_ADMIN_DOCS}/quotas"),
        ("D", "https://developers.google.com/tag-platform/security/guides/consent"),
    )
    unverified = (
        "which of 403 and 429 the day's limit answers: both are read",
        "that the two APIs share the day's 500 of a property: they are counted together",
    )
    checked = (
        "googleapis/googleapis@f8291d2: path, body and answer of SubmitUserDeletion compared by hand; of the older "
        "User Deletion API there are pages only"
    )
    options_type = AnalyticsOptions
    example: ClassVar[Mapping[str, Any]] = {"property_ids": ["123456789"], "user_provided_data": True}
    options: AnalyticsOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return self.options.property_ids

    def url_of(self, call: Call) -> str:
        return _ADMIN_HOST if call.path.startswith(ADMIN) else self.url

    def rehearse(self, call: Call) -> Reply:
        repeated = {} if call.path.startswith(ADMIN) else call.json
        return Reply(200, {}, json.dumps({**repeated, "deletionRequestTime": "2026-01-01T00:00:00Z"}).encode())
