"""Reddit ads: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.audiences import PEOPLE, Audiences
from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.identifiers import REDDIT, USUAL
from processors.vendors.reddit.ads.options import RedditOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_DOCS = "https://ads-api.reddit.com/docs/v3/operations/update-custom-audience-users"


def _can(says: str) -> Capability:
    return Capability(closing="accepted", batch=PEOPLE, says=says)


class RedditAdsFacts(Audiences):
    title = "Reddit ads"
    docs = _DOCS
    base_url = "https://ads-api.reddit.com"
    recipients = ("reddit-plugins",)
    channels = ("ads",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _can("adds the hashed address to the purpose's audience"),
        "withdraw": _can(
            "removes the person from the purpose's audience, for all purposes from every one that is named; plugins "
            "and pixel are the site's to gate"
        ),
        "delete": _can(
            "removes the person from every audience that is named; events that were sent stay with Reddit"
        ),
    }
    identifies_by = ("email",)
    rules = (REDDIT, USUAL)
    at_once = 2500
    auth = "oauth_refresh"
    client_in = "basic"
    limits = (Window(calls=1, seconds=1),)
    traps = (
        "Reddit answers with no body: whether the person was in the audience is never said",
        "an audience that isn't named in `lists` or `other_lists` keeps the person",
        "an address is hashed without alias, dots and signs in its name; a removal names it in the plain way, too",
        "a grant uploads hashed addresses: serve only purposes for which the policy says so",
    )
    evidence = (
        ("C", "rudderlabs/rudder-transformer@329662c: reddit_audience, which quotes Reddit's document and examples"),
        ("C", "segmentio/action-destinations@970a17e: reddit-audiences"),
        ("T", "github.com/johan--/claude-bootstrap skills/reddit-ads.md: one request a second"),
    )
    unverified = (
        "that 204 alone is the answer of success: any other 2xx counts as refused",
        "one request a second, and the shape of an error",
        "how soon an audience has changed",
    )
    checked = ""
    options_type: ClassVar[type[Options]] = RedditOptions
    example: ClassVar[Mapping[str, Any]] = {
        "user": "acme_ads",
        "lists": {"newsletter": "ca.2066268373552240021", "surveys": "ca.2066268373552240022"},
    }
    options: RedditOptions

    @property
    def token_url(self) -> str:
        return self.options.token_url or "https://www.reddit.com/api/v1/access_token"

    def probe(self) -> Call:
        return Call("GET", f"/api/v3/custom_audiences/{self.options.every_list[0]}")

    def rehearse(self, call: Call) -> Reply:
        return Reply(200, {}, json.dumps({"data": {}}).encode()) if call.method == "GET" else Reply(204)
