"""Netlify: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.netlify.options import NetlifyOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_NO_CONSENT = "no call: Netlify hosts the site and writes to nobody"
_OPENAPI = "netlify/open-api@6508031 swagger.yml"


class NetlifyFacts(Vendor):
    title = "Netlify"
    docs = "https://open-api.netlify.com/"
    base_url = "https://api.netlify.com"
    channels = ()
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(kind="not_applicable", says=_NO_CONSENT),
        "withdraw": Capability(kind="not_applicable", says=_NO_CONSENT),
        "delete": Capability(
            idempotent=False,
            read_back_s=3600.0,
            says="deletes every form submission, spam too, of which a field is the person's address; nothing else of "
            "the site is searched",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    limits = (Window(calls=500, seconds=60),)
    documented: ClassVar[Mapping[int, str]] = {404: "no such submission (any more)"}
    traps = (
        "there is no search: all submissions are read for each person, which costs a call for every 100",
        "a submission that names the person in a free text alone isn't found",
        "access logs, Netlify Identity and what functions store are not reached",
        "mails and webhooks that told others of a submission can't be called back",
    )
    evidence = (
        ("S", f"{_OPENAPI}, the same in npm @netlify/open-api@2.60.0"),
        ("D", "https://docs.netlify.com/manage/forms/submissions.md"),
        ("D", "https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api: 500 calls a minute"),
        ("T", "https://dev.to/netlify/handling-form-submissions-via-the-netlify-api-36b, by Netlify: state=spam"),
    )
    unverified = (
        "that deleting a submission which is gone answers 404",
        "that files sent with a submission go with it",
        "that a page holds 100 at the most: pages are read until one is empty",
    )
    checked = f"calls and the sandbox's answers by reading {_OPENAPI}"
    options_type = NetlifyOptions
    example: ClassVar[Mapping[str, Any]] = {"sites": ["4f8a1c2e-0000-4000-8000-000000000001"]}
    options: NetlifyOptions

    def probe(self) -> Call:
        return Call("GET", f"/api/v1/sites/{self.options.sites[0]}")

    def rehearse(self, call: Call) -> Reply:
        if call.method == "DELETE":
            return Reply(204)
        is_first = call.params.get("page") == "1" and "state" not in call.params
        rows = [{"id": "SUBMISSION-ID", "email": email, "data": {"email": email}} for email in call.seeks]
        return Reply(200, {}, json.dumps(rows if is_first else []).encode())
