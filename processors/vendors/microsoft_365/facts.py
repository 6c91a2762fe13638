"""Microsoft 365: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply
from processors.vendors.capability import Capability
from processors.vendors.microsoft_365.options import MicrosoftOptions
from processors.vendors.office import CHOICES, OfficeSuite
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

RESTORABLE_S = 30 * 86_400
_GRAPH = "https://learn.microsoft.com/graph"


class MicrosoftFacts(OfficeSuite):
    title = "Microsoft 365"
    docs = f"{_GRAPH}/api/resources/user"
    base_url = "https://graph.microsoft.com"
    recipients = ("microsoft/microsoft-365",)
    can: ClassVar[Mapping[Action, Capability]] = {
        **CHOICES,
        "delete": Capability(
            kind="manual_task",
            idempotent=False,
            says="deletes the accounts with the address, also as an alias, those of guests and of members of the "
            "domains that the options name; they can be restored for 30 days, if not purged. The rest is a task: "
            "another member's account, and what mails, calendars, files and recordings of others hold, which "
            "Microsoft Purview finds",
        ),
    }
    auth = "client_credentials"
    scope = "https://graph.microsoft.com/.default"
    limits = (Window(calls=3_000, seconds=150),)
    documented: ClassVar[Mapping[int, str]] = {404: "no such account (any more)"}
    traps = (
        "an account is a person's mailbox and files: a colleague's is never deleted for an address alone",
        "a deleted account can be restored for 30 days; purging is documented for delegated permissions alone",
        "an administrator's account answers 403, as missing permissions do: the lane stops",
        "a recorded meeting, a mail or a file that mentions the person stays until somebody searches for it",
    )
    evidence = (
        ("S", "microsoftgraph/msgraph-metadata@f54f11b schemas/v1.0-Prod.csdl"),
        ("D", f"{_GRAPH}/aad-advanced-queries: what a filter may test by default"),
        ("D", "https://learn.microsoft.com/entra/external-id/customize-invitation-api: all four tests in one filter"),
        ("D", f"{_GRAPH}/api/user-delete"),
        ("D", f"{_GRAPH}/api/directory-deleteditems-delete"),
        ("D", f"{_GRAPH}/throttling-limits: 3,000 writes in 2 minutes and 30 seconds for an app in a tenant"),
    )
    unverified = (
        "whether capitals count in otherMails and proxyAddresses: addresses are asked for in lower case",
        "that an app with application permissions is refused the purge with 403",
        "the export of a person's data (exportPersonalData) is not called: nobody asks an adapter for one yet",
    )
    checked = "properties of calls by reading microsoftgraph/msgraph-metadata@f54f11b"
    options_type = MicrosoftOptions
    example: ClassVar[Mapping[str, Any]] = {"tenant": "acme.example"}
    options: MicrosoftOptions

    @property
    def token_url(self) -> str:
        given = self.options.token_url
        return given or f"https://login.microsoftonline.com/{self.options.tenant}/oauth2/v2.0/token"

    def probe(self) -> Call:
        return Call("GET", "/v1.0/organization", params={"$select": "id"})

    def rehearse(self, call: Call) -> Reply:
        if call.method == "DELETE":
            return Reply(204)
        rows = [{"id": "ACCOUNT-ID", "userType": "Guest", "mail": email} for email in call.seeks]
        return Reply(200, {}, json.dumps({"value": rows}).encode())
