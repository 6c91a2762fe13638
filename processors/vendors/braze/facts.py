"""Braze: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.braze.calls import AT_ONCE
from processors.vendors.braze.options import BrazeOptions
from processors.vendors.braze.people import export
from processors.vendors.capability import Capability
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.mailing_lists import ListOptions
    from schemas.records import Action

_READ_BACK_S = 3600.0
"""A deletion is in every cache after five minutes at most; how long the other queues take is not documented."""


class BrazeFacts(Vendor):
    title = "Braze"
    docs = "https://www.braze.com/docs/api/"
    base_url = "https://rest.{cluster}"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="subscribes to the purpose's group; a task where the person is unsubscribed from all e-mail",
        ),
        "withdraw": Capability(
            closing="accepted",
            batch=AT_ONCE,
            read_back_s=_READ_BACK_S,
            says="unsubscribes from the purpose's group; for all purposes: from all e-mail, and from every group",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,  # who was deleted is not found a second time
            batch=AT_ONCE,
            read_back_s=_READ_BACK_S,
            says="deletes every profile with the address; Braze queues it, and it can't be undone",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    limits = (
        Window(calls=250, seconds=60, apis=("export",)),
        Window(calls=20_000, seconds=60, apis=("delete",)),
        Window(calls=5_000, seconds=60, apis=("groups",)),
        Window(calls=250_000, seconds=3600, apis=("status",), together=True),
    )
    traps = (
        "deletion by address would delete one of several profiles that share it: they are looked up and all deleted",
        "a success says only that the request was taken in; of an unknown address it says the same",
        "no grant lifts a withdrawal from all e-mail: it ends as a task",
        "events of a deleted person stay in the dashboards' counts",
        "a deleted profile may be shown for five minutes more",
    )
    evidence = (
        ("S", "braze-inc/braze-docs@042c649: post_user_delete, post_email_subscription_status"),
        ("S", "braze-inc/braze-docs@03712ad: post_update_user_subscription_group_status_v2"),
        ("S", "braze-inc/braze-docs@03a4fe5: post_users_identifier"),
        ("D", f"{docs}endpoints/user_data/post_user_delete/"),
        ("D", f"{docs}errors/"),
        ("D", f"{docs}api_limits/"),
        ("C", "npm braze-api@2.13.4: bodies and answers of deletion, export, groups"),
    )
    unverified = (
        "whether /users/delete answers 200 or 201: both are read",
        "whether /users/delete says `message`, as clients have it: documented is `deleted` alone, both are read",
        "that the group call takes addresses which no profile has",
        "whether the look-up minds capitals: an address is asked for as the event has it",
    )
    checked = "the pages of braze-inc/braze-docs above, npm braze-api@2.13.4: paths, bodies and answers, by eye"
    options_type: ClassVar[type[ListOptions]] = BrazeOptions
    example: ClassVar[Mapping[str, Any]] = {"cluster": "fra-01.braze.eu", "lists": {"newsletter": "GROUP-ID"}}
    options: BrazeOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "export", "delete", "groups", "status"

    def probe(self) -> Call:
        """The export of an address that nobody can have (RFC 2606)."""
        return export("nobody@example.invalid")

    def rehearse(self, call: Call) -> Reply:
        asked = call.json or {}
        profile = {"braze_id": "BRAZE-ID", "email": asked.get("email_address"), "email_subscribe": "subscribed"}
        body = {"message": "success", "users": [profile], "deleted": len(asked.get("braze_ids", ()))}
        return Reply(200, {}, json.dumps(body).encode())
