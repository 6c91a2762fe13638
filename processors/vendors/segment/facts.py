"""Segment: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.id_lists import IdLists
from processors.vendors.later import DAY_S, Schedule
from processors.vendors.segment.options import SegmentOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

IDS_AT_ONCE = 5000
_JOB = Schedule(first_s=3600.0, ceiling_s=DAY_S, limit_s=30 * DAY_S)


def _regulation(says: str) -> Capability:
    return Capability(batch=1000, batch_ids=IDS_AT_ONCE, batch_wait_s=5.0, polls=_JOB, says=says)


class SegmentFacts(IdLists):
    title = "Twilio Segment"
    docs = "https://docs.segmentapis.com/tag/Deletion-and-Suppression"
    base_url = "https://api.segmentapis.com"
    channels = ("web", "ads", "push")
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _regulation("unsuppresses the user; also after an erasure, which suppresses"),
        "withdraw": _regulation("suppresses the user in every source: Segment blocks what comes in of them"),
        "delete": _regulation(
            "deletes and suppresses the user; connected destinations that support it are told by Segment"
        ),
    }
    identifies_by = ("user_id",)
    auth = "bearer"
    headers: ClassVar[Mapping[str, str]] = {"accept": "application/vnd.segment.v1+json"}
    limits = (Window(calls=600, seconds=60, apis=("regulations",)),)
    documented: ClassVar[Mapping[int, str]] = {404: "no regulation of this id, or one that ended 90 days ago"}
    traps = (
        "it names users by userId: what was collected under an anonymousId alone stays",
        "110,000 users in a calendar month and kind of regulation: a user regulated twice counts twice",
        "destinations in device mode get what the browser sends them: a suppression doesn't reach them",
        "FAILED may only mean that a destination supports no deletion: the evidence counts those, tell them yourself",
        "while Segment replays data no deletion is taken",
        "a suppression takes away every purpose: Segment has one switch for a user",
    )
    evidence = (
        ("S", "segmentio/public-api-sdk-python@35b3d8b: docs/DeletionAndSuppressionApi.md, models"),
        ("S", "segmentio/segment-docs@747b35d: src/privacy/user-deletion-and-suppression.md; pagination.count"),
        ("D", docs),
        ("C", "segmentio/action-destinations: the host of EU workspaces"),
    )
    unverified = (
        "that a suppression's status can be asked for as a deletion's: if not, the list of the suppressed is read",
        "that a destination which supports no deletion is told as NOT_SUPPORTED",
        "what unsuppressing somebody who isn't suppressed answers: taken as a success",
        "limits of the calls that only read",
    )
    checked = "segmentio/public-api-sdk-python@35b3d8b: paths, bodies, statuses and answers, by eye"
    options_type: ClassVar[type[Options]] = SegmentOptions
    options: SegmentOptions

    @property
    def url(self) -> str:
        return "https://eu1.api.segmentapis.com" if self.options.region == "eu" else self.base_url

    @property
    def apis(self) -> tuple[str, ...]:
        return "", "regulations"

    def probe(self) -> Call:
        """The workspace that the token is for."""
        return Call("GET", "/")

    def rehearse(self, call: Call) -> Reply:
        regulation = {"id": "REGULATION-ID", "overallStatus": "FINISHED", "streamStatus": []}
        data = {"regulateId": "REGULATION-ID"} if call.method == "POST" else {"regulation": regulation}
        return Reply(200, {}, json.dumps({"data": data}).encode())
