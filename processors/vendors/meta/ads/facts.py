"""Meta ads: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.audiences import PEOPLE, Audiences
from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.identifiers import META
from processors.vendors.meta.ads.calls import COLUMNS
from processors.vendors.meta.ads.options import MetaOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

VERSION = "v26.0"
CHANGED_AFTER_S = 86_400
_MARKETING = "https://developers.facebook.com/documentation/ads-commerce/marketing-api"
_GUIDE = f"{_MARKETING}/audiences/guides/custom-audiences"


def _can(says: str) -> Capability:
    return Capability(closing="accepted", batch=PEOPLE, vendor_limit_s=CHANGED_AFTER_S, says=says)


class MetaAdsFacts(Audiences):
    title = "Meta ads (Facebook, Instagram)"
    docs = _GUIDE
    base_url = "https://graph.facebook.com"
    recipients = ("facebook-ads", "facebook-remarketing")
    channels = ("ads",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _can(
            "puts the hashed names into the purpose's audience, marked for Limited Data Use if so configured"
        ),
        "withdraw": _can(
            "takes the person out of the purpose's audience, for all purposes out of any audience of the account; "
            "pixel and Conversions API events are the site's to stop, or to send with data_processing_options"
        ),
        "delete": _can("takes the person out of any audience of the account; events that were sent stay with Meta"),
    }
    identifies_by = tuple(COLUMNS)
    rules = (META,)
    auth = "app_token"
    token_param = "access_token"
    limits = (Window(calls=5000, seconds=3600),)  # of the lowest tier, before 40 for each audience are added
    traps = (
        "an answer counts what was received: that says nothing of whether the person was in the audience",
        "people from the pixel or the Conversions API are in website audiences that no call takes them out of",
        "audiences made to look alike one are not made anew when somebody leaves it",
        "an audience that Meta has flagged refuses every change until somebody mends it: the lane stops",
        "a version of the API lives for about a year: then Meta takes the next one, or error 2635 stops the lane",
        "an app with Require App Secret refuses calls without app_secret, or with a wrong one: the lane stops",
        "a phone number handed in hashed must have been written without its plus: what is hashed stands as it is",
        "a grant uploads hashed names: serve only purposes for which the policy says so",
    )
    evidence = (
        ("S", "PyPI facebook-business@26.0.3: customaudience.py, adaccount.py"),
        ("D", _GUIDE),
        ("D", f"{_MARKETING}/marketing-api-changelog/versions.md: when versions end"),
        ("D", "https://developers.facebook.com/docs/marketing-apis/data-processing-options"),
        ("D", "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"),
        ("D", "https://developers.facebook.com/docs/graph-api/guides/secure-requests: appsecret_proof"),
        ("T", "facebookarchive/php-graph-sdk issue 984, dektrium/yii2-user issue 305: what is answered without it"),
        ("C", "segmentio/action-destinations@970a17e: facebook-custom-audiences, payload as JSON, also of DELETE"),
    )
    unverified = (
        "what usersofanyaudience answers: read as users of an audience, or as success",
        "which statuses come with which error numbers: the numbers are read, whatever the status",
        "that an empty text stands for a key that a row doesn't have (others' code sends it)",
    )
    checked = (
        "PyPI facebook-business@26.0.3: paths, methods and parameters compared by hand, as in 25.0.3; Meta "
        "publishes no description of the answers"
    )
    options_type: ClassVar[type[Options]] = MetaOptions
    example: ClassVar[Mapping[str, Any]] = {
        "account_id": "1234567890",
        "lists": {"newsletter": "6001234567890", "surveys": "6001234567891"},
    }
    options: MetaOptions

    def probe(self) -> Call:
        return Call("GET", f"/{VERSION}/act_{self.options.account_id}", params={"fields": "id"})

    def rehearse(self, call: Call) -> Reply:
        if call.method == "GET":
            return Reply(200, {}, json.dumps({"id": f"act_{self.options.account_id}"}).encode())
        rows = len(call.json["payload"]["data"])
        body = {"audience_id": "1", "session_id": "1", "num_received": rows, "num_invalid_entries": 0}
        return Reply(200, {}, json.dumps(body | {"invalid_entry_samples": {}}).encode())
