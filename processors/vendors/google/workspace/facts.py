"""Google Workspace: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply
from processors.vendors.capability import Capability
from processors.vendors.google.workspace.accounts import USERS
from processors.vendors.google.workspace.options import WorkspaceOptions
from processors.vendors.office import CHOICES, OfficeSuite
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

RESTORABLE_S = 20 * 86_400
_DIRECTORY = "https://developers.google.com/workspace/admin/directory"


class WorkspaceFacts(OfficeSuite):
    title = "Google Workspace"
    docs = f"{_DIRECTORY}/reference/rest/v1/users"
    base_url = "https://admin.googleapis.com"
    can: ClassVar[Mapping[Action, Capability]] = {
        **CHOICES,
        "delete": Capability(
            kind="manual_task",
            idempotent=False,
            says="deletes the account of an address in the domains that the options name, where they allow it and it "
            "is no administrator's; it can be restored for 20 days. The rest is a task: any other account, and what "
            "mails, calendars and files of others hold, which Vault finds",
        ),
    }
    auth = "google_service_account"
    scope = "https://www.googleapis.com/auth/admin.directory.user"
    limits = (Window(calls=2_400, seconds=60),)
    documented: ClassVar[Mapping[int, str]] = {404: "with notFound: no such account (any more)"}
    traps = (
        "an account is a person's mailbox and files, which go with it: none is deleted unless the options allow it",
        "files that others should keep must be moved before: the relay moves none",
        "a deleted account can be restored for 20 days, and by no call deleted sooner",
        "an address outside the customer's domains answers 403, as missing rights do: it is never asked about",
    )
    evidence = (
        ("S", "npm @googleapis/admin@32.1.0 directory_v1.ts: paths, methods, parameters, fields of a user"),
        ("D", f"{_DIRECTORY}/reference/rest/v1/users/delete, .../users/get, .../users/undelete"),
        ("D", f"{_DIRECTORY}/v1/limits: 2,400 calls a minute for a user and a project"),
        ("T", "https://support.sanver.com/portal/en/kb/articles/restore: Google's page on 20 days, repeated"),
    )
    unverified = (
        "that deleting an account answers 200 or 204: both are taken",
        "that an account which is gone answers 404 with the reason notFound",
        "that an address of another domain answers 403",
    )
    checked = "calls by reading npm @googleapis/admin@32.1.0, made of Google's description; the sandbox by the pages"
    options_type = WorkspaceOptions
    example: ClassVar[Mapping[str, Any]] = {
        "acts_for": "admin@example.test",
        "domains": ["example.test"],
        "accounts": True,
    }
    options: WorkspaceOptions

    @property
    def acts_for(self) -> str:
        return self.options.acts_for

    def probe(self) -> Call:
        return Call("GET", USERS, params={"customer": "my_customer", "maxResults": "1", "fields": "etag"})

    def rehearse(self, call: Call) -> Reply:
        if call.method == "DELETE":
            return Reply(204)
        return Reply(200, {}, json.dumps({"id": "110000000000000000001", "primaryEmail": call.seeks[0]}).encode())
