"""Twilio: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.twilio import records
from processors.vendors.twilio.consents import CONSENTS, MOST
from processors.vendors.twilio.options import TwilioOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 3600.0


class TwilioFacts(Vendor):
    title = "Twilio"
    docs = "https://www.twilio.com/docs"
    base_url = "https://api.twilio.com"
    hosts: ClassVar[Mapping[str, str]] = {CONSENTS: "https://accounts.twilio.com"}
    channels = ("sms",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(batch=MOST, says="opts the number in at the purpose's sender; lifts a STOP, too"),
        "withdraw": Capability(
            batch=MOST, says="opts the number out at the purpose's sender, for all purposes at every sender"
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="deletes every message to or from the number, every call, and the calls' recordings",
        ),
    }
    identifies_by = ("phone",)
    auth = "basic"
    limits = (Window(calls=100, seconds=60, apis=(CONSENTS,)),)  # documented with the call
    documented: ClassVar[Mapping[int, str]] = {
        400: "a refusal, which one its code says",
        404: "the record is gone",
        409: "a refusal, too, as of a record that is under way still",
    }
    traps = (
        "HTTP 201 is no success: each number has an error code of its own in the answer",
        "30646 is any error of a consent; INTERNAL_SERVER_ERROR with it passes, and INVALID_SENDER_ID stops the lane",
        "a message over WhatsApp or RCS has `whatsapp:` or `rcs:` before the number, so that each is looked for",
        "an opt-in overrides a STOP that the person sent: a grant must be newer, which the order of events sees to",
        "consent is about SMS alone: calls are made by your own systems, and Twilio stops none",
        "backups keep message bodies for up to 30 days after their deletion; a recording's metadata stay for 40",
        "a media file goes with its message, but not while another message of the account has it, too",
        "a list without a filter is of everybody: each record is compared with the number before it is deleted",
        "opt-outs outlive a deletion; conversations, Verify, Segment and other products are not touched",
    )
    evidence = (
        ("S", "twilio/twilio-oai@d50069b: twilio_accounts_v1, twilio_api_v2010"),
        ("D", f"{docs}/messaging/features/bulk-upsert-consents-api"),
        ("D", f"{docs}/api/errors/30646"),
        (
            "D",
            "https://support.twilio.com/hc/en-us/articles/223133687-Deleting-messages-message-media-or-message-bodies",
        ),
        ("D", f"{docs}/studio/tutorials/use-rcs-with-studio"),
        ("T", "velog.io/@nova-kim, a translation of that page: 25 consents in a call"),
    )
    unverified = (
        "that a message or call still under way answers 20009, and may be deleted later",
        "that the filters To and From find a number on WhatsApp as whatsapp: and the number, and on RCS with rcs:",
    )
    checked = "twilio/twilio-oai@d50069b: calls and the sandbox's answers validated; npm twilio@6.3.1: calls, by eye"
    options_type: ClassVar[type[Options]] = TwilioOptions
    example: ClassVar[Mapping[str, Any]] = {
        "account_sid": "AC00000000000000000000000000000001",
        "senders": {"newsletter": "MG00000000000000000000000000000001", "surveys": "+15005550006"},
    }
    options: TwilioOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "", CONSENTS

    def probe(self) -> Call:
        return Call("GET", f"/2010-04-01/Accounts/{self.options.account_sid}.json")

    def rehearse(self, call: Call) -> Reply:
        row = {
            "sid": "SID",
            **{records.FIELDS[key]: call.params[key] for key in records.FIELDS if key in call.params},
        }
        body: dict[str, Any] = {key: [row] for key in ("messages", "calls", "recordings")}
        if call.form is not None:
            said = [json.loads(item)["correlation_id"] for item in call.form["Items"]]
            body = {"items": [{"correlation_id": one, "error_code": 0} for one in said]}
        return Reply(min(call.expect), {}, json.dumps(body).encode())
