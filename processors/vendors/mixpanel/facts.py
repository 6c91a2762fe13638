"""Mixpanel: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.id_lists import IdLists
from processors.vendors.later import DAY_S, Schedule
from processors.vendors.mixpanel.options import MixpanelOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

IDS_AT_ONCE = 1999
_HOSTS = {"us": "mixpanel.com", "eu": "eu.mixpanel.com", "in": "in.mixpanel.com"}
_SIGNAL = Capability(kind="client_signal", says="no call: the SDK on the person's device is told to opt out, or in")


class MixpanelFacts(IdLists):
    title = "Mixpanel"
    docs = "https://docs.mixpanel.com/reference/gdpr-api"
    base_url = "https://mixpanel.com"
    channels = ("web",)
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _SIGNAL,
        "withdraw": _SIGNAL,
        "delete": Capability(
            batch=500,
            batch_ids=IDS_AT_ONCE,
            batch_wait_s=5.0,
            polls=Schedule(first_s=6 * 3600.0, ceiling_s=DAY_S, limit_s=30 * DAY_S),
            says="a task deletes events and profile of every distinct_id; until it starts it can be cancelled there",
        ),
    }
    identifies_by = ("user_id", "mixpanel_distinct_id")
    auth = "bearer"
    limits = (Window(calls=1, seconds=1),)
    traps = (
        "a deletion stops no tracking: whoever isn't opted out on the device comes back with the next event",
        "events that your own servers send are stopped by your own servers alone",
        "what was collected under another distinct_id of the person stays unless the event names it, too",
        "tasks under way may scan about 5 years of a project's days; above that it answers 429, maybe for hours",
        "an id that Mixpanel can't process may fail the task for all in it: they are tried again, by and by apart",
        "one project for each connection; the token is an OAuth token of the project's owner, and expires",
        "a task asked for twice is two tasks, and does no more than one",
    )
    evidence = (
        ("S", "mixpanel/docs@ba22906: openapi/gdpr.openapi.yaml 3.0.0, reference/gdpr-api.mdx"),
        ("S", "mixpanel/docs@ba22906: docs/privacy/protecting-user-data.mdx"),
        ("C", "rudderlabs/rudder-transformer@c98d160 src/v0/destinations/mp/deleteUsers.js"),
    )
    unverified = (
        "what a task answers for a distinct_id that Mixpanel never saw: taken as a success",
        "the slash at the end of the paths, which the page's examples have and the OpenAPI document has not",
    )
    checked = "mixpanel/docs@ba22906 openapi/gdpr.openapi.yaml: paths, bodies, states and answers, by eye"
    options_type: ClassVar[type[Options]] = MixpanelOptions
    example: ClassVar[Mapping[str, Any]] = {"project_token": "591b3354bb2bdd96f72f23bf56911673"}
    options: MixpanelOptions

    @property
    def url(self) -> str:
        return f"https://{_HOSTS[self.options.region]}"

    def rehearse(self, call: Call) -> Reply:
        body = {"status": "ok", "results": {"task_id": "TASK-ID"}}
        return Reply(min(call.expect), {}, json.dumps(body).encode())
