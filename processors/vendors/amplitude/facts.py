"""Amplitude: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from processors.vendors.amplitude.options import AmplitudeOptions
from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.id_lists import IdLists
from processors.vendors.later import DAY_S, Schedule
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

IDS_AT_ONCE = 100
_SIGNAL = Capability(kind="client_signal", says="no call: the SDK on the person's device is told by setOptOut")


class AmplitudeFacts(IdLists):
    title = "Amplitude"
    docs = "https://amplitude.com/docs/apis/analytics/user-privacy"
    base_url = "https://amplitude.com"
    channels = ("web", "push")
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _SIGNAL,
        "withdraw": _SIGNAL,
        "delete": Capability(
            batch=IDS_AT_ONCE,
            batch_ids=IDS_AT_ONCE,
            batch_wait_s=5.0,
            polls=Schedule(first_s=DAY_S, factor=1.0, ceiling_s=DAY_S, limit_s=45 * DAY_S),
            says="puts every known id into the project's next deletion job; done when the backups are gone, too",
        ),
    }
    identifies_by = ("user_id", "amplitude_id")
    auth = "basic"
    limits = (Window(calls=1, seconds=1),)
    concurrency = 8
    traps = (
        "Amplitude mails all admins of the account with the details of each deletion",
        "a deletion stops no tracking: with the next event the person is there again, as somebody new",
        "a warehouse that Amplitude imports from brings deleted people back: delete there first",
        "deletions are of one project: each further project needs a connection of its own",
        "without ignore_invalid_id one unknown id refuses all in the call: it is always sent",
        "whoever is taken out of a job at Amplitude is a failure here, to be started again by a person",
        "users that Amplitude's mapping joins are deleted only by the user_ids that the event names",
    )
    evidence = (
        ("S", "amplitude/amplitude-docs@6e7e48e: content/collections/api/en/user-privacy.md"),
        ("S", "amplitude/amplitude-dev-center@1734ac8: docs/analytics/apis/user-privacy-api.md"),
        ("C", "rudderlabs/rudder-transformer@c98d160 src/v0/destinations/am/deleteUsers.js"),
    )
    unverified = (
        "that invalid_ids lists bare ids: a list of anything else ends as an error, not as no_match",
        "that answers name the user_id of each amplitude_id when asked to: if not, all of the call wait for all",
        "whether a deletion is answered as an object or a list of one: both are read",
    )
    checked = "amplitude/amplitude-docs@6e7e48e user-privacy.md: paths, fields, states and limits, by eye"
    options_type: ClassVar[type[Options]] = AmplitudeOptions
    options: AmplitudeOptions

    @property
    def url(self) -> str:
        return "https://analytics.eu.amplitude.com" if self.options.region == "eu" else self.base_url

    def probe(self) -> Call:
        """The jobs of one day, long ago."""
        return Call("GET", "/api/2/deletions/users", params={"start_day": "2020-01-01", "end_day": "2020-01-01"})

    def rehearse(self, call: Call) -> Reply:
        users = [
            {"amplitude_id": number, "user_id": user, "requested_on_day": "2026-01-01", "requester": "rehearsed"}
            for number, user in enumerate((call.json or {}).get("user_ids", ()), start=1)
        ]
        return Reply(200, {}, json.dumps({"day": "2026-01-12", "status": "staging", "amplitude_ids": users}).encode())
