"""Mailchimp: what is true of its API."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.mailchimp.options import DATA_CENTRE, MailchimpOptions
from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.mailing_lists import ListOptions
    from schemas.records import Action

_READ_BACK_S = 3600.0


class MailchimpFacts(Vendor):
    title = "Mailchimp"
    docs = "https://mailchimp.com/developer/marketing/api/"
    base_url = "https://{data_centre}.api.mailchimp.com"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="makes the address pending on the purpose's audience: Mailchimp mails a link to follow",
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="unsubscribes from the purpose's audience; for all purposes from every audience of the connection",
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="deletes the member permanently from every audience of the connection; never archives",
        ),
    }
    identifies_by = ("email",)
    auth = "basic"  # any user name; the password is the API key
    limits = ()
    concurrency = 10
    documented: ClassVar[Mapping[int, str]] = {
        400: "a refusal, which one its title says",
        404: "no member of that audience, or no such audience",
    }
    traps = (
        "who was permanently deleted comes back only by Mailchimp's own form: a later grant becomes a task",
        "archiving (DELETE of a member) keeps everything: it is never called",
        "audiences that the connection doesn't name are not touched: other_lists takes those without a purpose",
    )
    evidence = (
        ("S", "mailchimp/mailchimp-marketing-python@3305fa4 (API 3.0.80) lists_api.py"),
        (
            "D",
            "https://developer.mailchimp.com/documentation/mailchimp/guides/manage-subscribers-with-the-mailchimp-api/",
        ),
        ("D", "https://mailchimp.com/developer/marketing/docs/errors/"),
        (
            "C",
            "recorded answers: grouparoo/grouparoo, plugins/@grouparoo/mailchimp/__tests__/fixtures",
        ),
        ("C", "drewm/mailchimp-api issue 298: a PATCH is refused for fields that it leaves alone"),
        (
            "T",
            "api-evangelist/mailchimp@649b1e6 rate-limits: 10 connections, quoted from docs/fundamentals",
        ),
    )
    unverified = (
        "that a pending or archived member can be set to unsubscribed",
        "that a 404 of a member is the same document as a 404 of an audience: both are asked",
    )
    checked = "npm @mailchimp/mailchimp_marketing@3.0.80: paths, parameters and authentication of the calls, by eye"
    options_type: ClassVar[type[ListOptions]] = MailchimpOptions
    example: ClassVar[Mapping[str, Any]] = {"data_centre": "us21", "lists": {"newsletter": "a1b2c3d4e5"}}
    options: MailchimpOptions

    def check_secrets(self, secrets: Mapping[str, str]) -> None:
        _, _, suffix = secrets["password"].rpartition("-")
        if re.fullmatch(DATA_CENTRE, suffix) and suffix != self.options.data_centre:
            raise SetupError(
                "password: the key is of another data centre than the option data_centre",
                remedy="give the data centre that the key ends with",
            )

    def probe(self) -> Call:
        return Call("GET", f"/3.0/lists/{self.options.every_list[0]}", params={"fields": "id"})

    def rehearse(self, call: Call) -> Reply:
        if call.path.endswith("/delete-permanent"):
            return Reply(204)
        body = call.json or {"status": "unsubscribed"}
        return Reply(200, {}, json.dumps({"status": body["status"]}).encode())
