"""Klaviyo: what is true of its API."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S
from processors.vendors.mailing_lists import PurposeLists
from schemas.errors import VendorAuthRejected
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.errors import VendorError
    from schemas.records import Action

_RETIRED = 410
_USUAL = ("profiles", "lists", "subscriptions")
_SLOW = ("memberships", "deletions")


class KlaviyoFacts(Vendor):
    title = "Klaviyo"
    docs = "https://developers.klaviyo.com/en/reference/api_overview"
    base_url = "https://a.klaviyo.com"
    channels = ("email", "sms")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="a job subscribes to the purpose's list; where the list has double opt-in the person must confirm",
        ),
        "withdraw": Capability(
            closing="accepted",
            read_back_s=3600.0,
            says="a job unsubscribes the profiles on the purpose's list from it; for all purposes from everything",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            read_back_s=DAY_S,
            says="a deletion job for each profile with the address or number; it has no status to ask",
        ),
    }
    identifies_by = ("email", "phone")
    auth = "api_key"
    key_header = ("authorization", "Klaviyo-API-Key {}")
    headers: ClassVar[Mapping[str, str]] = {"revision": "2026-07-15"}
    limits = (
        Window(calls=75, seconds=1, apis=_USUAL),
        Window(calls=700, seconds=60, apis=_USUAL),
        Window(calls=3, seconds=1, apis=_SLOW),
        Window(calls=60, seconds=60, apis=_SLOW),
    )
    documented: ClassVar[Mapping[int, str]] = {404: "no such list"}
    traps = (
        "unsubscribing with a list unsubscribes everywhere whoever isn't on it: only members are sent",
        "unsubscribing a stranger makes a profile: who isn't found is not sent",
        "a grant lifts the suppressions UNSUBSCRIBE, SPAM_REPORT and USER_SUPPRESSED",
        "a grant that is tried twice may mail the person two links",
        "a revision of the API is retired after two years: then every call answers 410, and the lane stops",
    )
    evidence = (
        ("S", "klaviyo/openapi@f0a30ba openapi/stable, revision 2026-07-15"),
        ("S", "npm klaviyo-api@23.0.0, of the same revision"),
        ("D", "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling"),
        ("D", "https://developers.klaviyo.com/en/docs/filtering_"),
        ("D", "https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy"),
    )
    unverified = (
        "that a member of the named list stays subscribed elsewhere: said only by what is said of others",
        "how long a deletion takes: the person is looked for after a day",
        "that the 410 of a retired revision has `errors` in it as every error",
        "whether the look-up minds capitals: an address is asked for as the event has it",
    )
    checked = "bodies of calls, parameters and the sandbox's answers validated against klaviyo/openapi@f0a30ba, once"
    options_type: ClassVar[type[PurposeLists]] = PurposeLists
    example: ClassVar[Mapping[str, Any]] = {"lists": {"newsletter": "Y6nRLr"}}
    options: PurposeLists

    @property
    def apis(self) -> tuple[str, ...]:
        return *_USUAL, *_SLOW

    def probe(self) -> Call:
        return Call("GET", f"/api/lists/{self.options.every_list[0]}", api="lists")

    def fault(self, reply: Reply) -> VendorError | None:
        """Nothing that we call is gone but the revision."""
        if reply.status != _RETIRED or b'"errors"' not in reply.body:
            return None
        return VendorAuthRejected("revision_retired", status=reply.status, response_sha256=reply.sha256)

    def rehearse(self, call: Call) -> Reply:
        if call.method == "POST":
            return Reply(202)
        return Reply(200, {}, json.dumps(_played(call, self.options)).encode())


def _played(call: Call, options: PurposeLists) -> dict[str, Any]:
    if call.path.startswith("/api/lists/"):
        return {"data": {"type": "list", "attributes": {"opt_in_process": "double_opt_in"}}}
    if call.path.endswith("/lists"):
        return {"data": [{"type": "list", "id": one} for one in options.every_list]}
    attribute, value = re.findall(r'\((\w+),"(.*)"\)', call.params["filter"])[0]
    attributes = {"email": None, "phone_number": None, "subscriptions": None, attribute: value}
    return {"data": [{"type": "profile", "id": "PROFILE-ID", "attributes": attributes}]}
