"""Google Ads: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.audiences import PEOPLE, Audiences
from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.google.ads.options import GoogleAdsOptions
from processors.vendors.google.ads.requests import FIELDS
from processors.vendors.identifiers import GOOGLE, USUAL
from processors.vendors.later import DAY_S, Schedule
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_DOCS = "https://developers.google.com/data-manager/api"
_ASKED = Schedule(first_s=1800, ceiling_s=6 * 3600, limit_s=3 * DAY_S)  # "wait for 30 minutes", then with back-off


class GoogleAdsFacts(Audiences):
    title = "Google Ads"
    docs = _DOCS
    base_url = "https://datamanager.googleapis.com"
    channels = ("ads",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            batch=PEOPLE,
            polls=_ASKED,
            says="puts the hashed names on the purpose's customer list, with consent to ad_user_data and "
            "ad_personalization; a task unless the terms of Customer Match are accepted",
        ),
        "withdraw": Capability(
            batch=PEOPLE,
            polls=_ASKED,
            says="takes the person off the purpose's customer list, for all purposes off every one that is named; "
            "the request's status is asked; tags are told by Consent Mode",
        ),
        "delete": Capability(
            batch=PEOPLE,
            polls=_ASKED,
            says="takes the person off every customer list that is named; clicks are Google's own record",
        ),
    }
    identifies_by = tuple(FIELDS)
    rules = (GOOGLE, USUAL)
    auth = "google_service_account"
    scope = "https://www.googleapis.com/auth/datamanager"
    limits = (Window(calls=300, seconds=60), Window(calls=100_000, seconds=86_400))  # of reading and of changing
    traps = (
        "a request that has ended well counts its records: whether the person was on the list is never said",
        "a list that isn't named in `lists` or `other_lists` keeps the person",
        "a Gmail address is taken off with and without its dots, as lists were filled both ways",
        "people from a tag are on lists that no call takes them off",
        "a list takes a day or two to serve what has changed, after a request has ended",
        "a grant uploads hashed names: serve only purposes for which the policy says so",
    )
    evidence = (
        ("S", "googleapis/googleapis@f8291d2: google/ads/datamanager/v1"),
        ("S", "npm @google-ads/datamanager@0.3.0: the same protos as they are since, reasons of errors"),
        ("D", f"{_DOCS}/reference/rest/v1/audienceMembers/remove"),
        ("D", f"{_DOCS}/devguides/diagnostics"),
        ("D", f"{_DOCS}/devguides/concepts/formatting"),
        ("D", f"{_DOCS}/devguides/limits"),
        ("D", "https://developers.google.com/ads/blog/posts/2026/03/changes-to-customer-match-support-in"),
    )
    unverified = (
        "where in an error the reason of a wrong list or account stands: all its details are looked through",
        "whether a failed destination is FAILED (the specification) or FAILURE (the guide): both are read",
        "how long a list takes to serve what has changed",
    )
    checked = (
        "googleapis/googleapis@f8291d2: paths, bodies, answers, statuses and reasons of google/ads/datamanager/v1 "
        "compared by hand"
    )
    options_type: ClassVar[type[Options]] = GoogleAdsOptions
    example: ClassVar[Mapping[str, Any]] = {
        "account_id": "1234567890",
        "lists": {"newsletter": "7001", "surveys": "7002"},
        "terms_accepted": True,
    }
    options: GoogleAdsOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "change", "status"

    def probe(self) -> Call:
        account = f"accountTypes/GOOGLE_ADS/accounts/{self.options.account_id}"
        login = self.options.login_account_id
        headers = {"login-account": f"accountTypes/GOOGLE_ADS/accounts/{login}"} if login else {}
        return Call("GET", f"/v1/{account}/userLists", params={"pageSize": "1"}, headers=headers, api="status")

    def rehearse(self, call: Call) -> Reply:
        ended = {"requestStatusPerDestination": [{"requestStatus": "SUCCESS"}]}
        return Reply(200, {}, json.dumps(ended if call.method == "GET" else {"requestId": "REQUEST-ID"}).encode())
