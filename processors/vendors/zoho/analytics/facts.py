"""Zoho Analytics: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.zoho.accounts import Zoho
from processors.vendors.zoho.analytics.options import AnalyticsOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 25 * 3600.0
"""Tables that are filled from elsewhere are so once a day, at least."""
_SIGNAL = Capability(kind="client_signal", says="no call: its cookies are set by the site's tag, told by the banner")


class ZohoAnalyticsFacts(Zoho):
    title = "Zoho Analytics"
    docs = "https://www.zoho.com/analytics/api/v2/"
    base_url = "https://analyticsapi.zoho.{data_centre}"
    channels = ("web",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _SIGNAL,
        "withdraw": _SIGNAL,
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="looks at the person's rows in every table of the options and deletes them by a criteria",
        ),
    }
    identifies_by = ("email",)
    by_options = True
    limits = (
        Window(calls=100, seconds=60, together=True),
        Window(calls=40, seconds=60, apis=("bulk",)),
        Window(calls=100, seconds=60, apis=("dml",)),
    )
    traps = (
        "with deleteAllRows the same call empties the table: it is never sent, nor is the call without a criteria",
        "a table that is filled from elsewhere gets the person back with the next import: delete at the source first",
        "tables above a million rows, query tables and live connections can't be looked at: deletions fail there",
        "a plan has so many units a day: a deletion of rows takes 0.1, looking at them 3 for each thousand",
        "copies of a table, and what was exported or shared from it, stay as they are",
    )
    evidence = (
        ("S", "zoho/analytics-oas@80c36a8: v2.0/data-api.json, bulk-api.json, zoho-analytics-api-common.json"),
        ("D", f"{docs}data-api/delete-row.html"),
        ("D", f"{docs}api-limits-pricing/api-frequency.html"),
    )
    unverified = (
        "that a quote in a literal is doubled, as in SQL: rows of others would be seen before anything is deleted",
        "that rows exported as JSON stand under data, each with its columns by name",
        "whether a comparison regards case: an address is looked for as given and in lower case",
        "with which HTTP status the codes of errors come: the code is read, whatever the status",
    )
    checked = "zoho/analytics-oas@80c36a8: paths, headers, CONFIG and answers, by eye"
    options_type: ClassVar[type[Options]] = AnalyticsOptions
    example: ClassVar[Mapping[str, Any]] = {
        "organization_id": "55522777",
        "tables": [{"workspace": "35130", "view": "35730", "name": "Visits", "columns": {"email": "Email"}}],
    }
    options: AnalyticsOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "", "bulk", "dml"

    def probe(self) -> Call:
        """The organisations that the token is for; it needs the scope ZohoAnalytics.metadata.read as well."""
        return Call("GET", "/restapi/v2/orgs")

    def rehearse(self, call: Call) -> Reply:
        if call.method == "DELETE":
            body: dict[str, Any] = {"status": "success", "summary": "Delete row", "data": {"deletedRows": 1}}
        else:
            criteria = json.loads(call.params["CONFIG"])["criteria"]
            (column,) = json.loads(call.params["CONFIG"])["selectedColumns"][:1]
            body = {"data": [{column: criteria.partition("='")[2].partition("'")[0]}]}
        return Reply(200, {}, json.dumps(body).encode())
