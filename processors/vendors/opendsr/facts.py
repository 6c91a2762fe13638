"""OpenDSR 2.0: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.callbacks import CallsBack
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S, Schedule
from processors.vendors.opendsr.options import OpenDsrOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_BY_HAND = Capability(
    kind="manual_task", calls=False, says="no call: the protocol knows no consent and no opt-out; tell them by hand"
)


class Played(Reply):
    """Of a rehearsal, and not of a processor: nobody could sign it."""


class OpenDsrFacts(CallsBack, Vendor):
    title = "OpenDSR 2.0"
    docs = "https://github.com/opengdpr/OpenDSR/blob/6c080e2/specification.md"
    base_url = "{url}"
    channels = ("email", "sms", "phone", "push", "post", "ads", "web")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _BY_HAND,
        "withdraw": _BY_HAND,
        "delete": Capability(
            idempotent=False,
            polls=Schedule(first_s=3600.0, ceiling_s=DAY_S, limit_s=30 * DAY_S),
            says="an erasure request; its status is asked for, or told by a signed callback",
        ),
    }
    identifies_by = ("email", "user_id")
    auth = "bearer"
    limits = (Window(calls=10, seconds=1),)
    signed_with = ""
    traps = (
        "10 calls a second is a default of ours: the protocol names no limit, set `limits`",
        "`completed` is the processor's word; a person whom it doesn't know is `completed` as well",
        "a request may be cancelled at the processor: it is then a failure here, to be started again by a person",
        "without `certificate` no answer's signature is checked and no callback is taken",
    )
    evidence = (
        ("S", "opengdpr/OpenDSR@6c080e2: specification.md 2.0, security_guidelines.md"),
        ("D", "https://docs.mparticle.com/developers/apis/dsr-api/v3/: SHA-256 with RSA, an id given twice is a 400"),
    )
    unverified = ("the padding of RSA signatures, of which the specification says nothing: PKCS #1 v1.5 is taken",)
    checked = "opengdpr/OpenDSR@6c080e2 specification.md 2.0: calls and the sandbox's answers, by reading"
    options_type: ClassVar[type[Options]] = OpenDsrOptions
    example: ClassVar[Mapping[str, Any]] = {
        "url": "https://opendsr.processor.example/v2",
        "auth": {"kind": "bearer"},
        "regulation": "gdpr",
        "domain": "opendsr.processor.example",
    }
    options: OpenDsrOptions

    @property
    def token_url(self) -> str:
        return self.options.auth.token_url

    def probe(self) -> Call:
        return Call("GET", "/discovery")

    def rehearse(self, call: Call) -> Reply:
        if call.method == "GET":
            return Played(404)
        return Played(201, {}, json.dumps({"subject_request_id": call.json["subject_request_id"]}).encode())
