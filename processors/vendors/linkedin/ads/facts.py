"""LinkedIn ads: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.audiences import PEOPLE, Audiences
from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.linkedin.ads.options import LinkedInOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

CHANGED_AFTER_S = 2 * 86_400
_DOCS = "https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-users"


def _can(says: str) -> Capability:
    return Capability(closing="accepted", batch=PEOPLE, vendor_limit_s=CHANGED_AFTER_S, says=says)


class LinkedInAdsFacts(Audiences):
    title = "LinkedIn ads"
    docs = _DOCS
    base_url = "https://api.linkedin.com"
    channels = ("ads",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _can("adds the hashed address to the purpose's segment"),
        "withdraw": _can(
            "removes the person from the purpose's segment, for all purposes from every one that is named; the "
            "Insight Tag and conversions are the site's to stop"
        ),
        "delete": _can("removes the person from every segment that is named; conversions that were sent stay"),
    }
    identifies_by = ("email",)
    at_once = 5000
    auth = "oauth_refresh"
    headers: ClassVar[Mapping[str, str]] = {"x-restli-protocol-version": "2.0.0"}
    limits = (
        Window(calls=600, seconds=60, apis=("users",)),
    )  # of one member's token; a day's quota is the app's own
    traps = (
        "LinkedIn answers alike whether the person was in the segment or not",
        "a segment that isn't named in `lists` or `other_lists` keeps the person",
        "a version of the API ends after about a year: then every call answers 426, and the lane stops",
        "the scope rw_dmp_segments is given to approved partners only",
        "a refresh token ends a year after the member has agreed: somebody has to agree again",
        "a grant uploads hashed addresses: serve only purposes for which the policy says so",
    )
    evidence = (
        ("D", f"{_DOCS}: 600 calls a minute; copies of the page for versions up to 2024-11 say 500"),
        ("C", "segmentio/action-destinations@970a17e: linkedin-audiences, version 202604, BATCH_CREATE, userIds"),
        ("C", "rudderlabs/rudder-transformer@c98d160: linkedin_audience, 5,000 users a call"),
        ("T", "n8n-io/n8n issues 14737, 28967, PipedreamHQ/pipedream issue 7739: 426 with NONEXISTENT_VERSION"),
        ("T", "api-evangelist/linkedin-ads@8c372d8: LinkedIn's page of error responses, 426 for an ended version"),
        ("T", "developers.qodex.ai, LinkedIn's Postman collection: REMOVE and ADD, statuses of the elements"),
    )
    unverified = (
        "that a segment has changed within two days",
        "which statuses an element may have besides 201: any 2xx is taken as good",
    )
    checked = ""
    options_type: ClassVar[type[Options]] = LinkedInOptions
    example: ClassVar[Mapping[str, Any]] = {"lists": {"newsletter": "10804", "surveys": "10805"}}
    options: LinkedInOptions

    @property
    def token_url(self) -> str:
        return self.options.token_url or "https://www.linkedin.com/oauth/v2/accessToken"

    @property
    def apis(self) -> tuple[str, ...]:
        return "users", "segments"

    @property
    def version(self) -> dict[str, str]:
        return {"linkedin-version": self.options.version}

    def probe(self) -> Call:
        segment = self.options.every_list[0]
        return Call("GET", f"/rest/dmpSegments/{segment}", headers=self.version, api="segments")

    def rehearse(self, call: Call) -> Reply:
        body = {"elements": [{"status": 201}] * len(call.json["elements"])} if call.json else {"id": 1}
        return Reply(200, {}, json.dumps(body).encode())
