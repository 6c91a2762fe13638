"""Twilio: what its one error code stands for, and messages that didn't go by SMS.

https://www.twilio.com/docs/api/errors/30646, https://www.twilio.com/docs/studio/tutorials/use-rcs-with-studio
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, vendor

from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Answer, Call, Instruction

TWILIO = vendor("twilio", account_sid="AC" + "1" * 32, senders={"news": "MG" + "1" * 32})
ANN = "+4915112345678"


def about(action: Any) -> Instruction:
    return instruction(action, emails=(), more=(("phone", ANN),))


@pytest.mark.parametrize(
    ("messages", "kind", "reason"),
    [
        (["INTERNAL_SERVER_ERROR"], VendorUnavailable, "internal_server_error"),
        (["INVALID_SENDER_ID"], VendorAuthRejected, "sender_not_taken"),
        (["INVALID_CONTACT_ID"], VendorRefused, "twilio_30646"),
        (["INVALID_CONTACT_ID", "INTERNAL_SERVER_ERROR"], VendorRefused, "twilio_30646"),
        ([], VendorRefused, "twilio_30646"),
        (None, VendorRefused, "twilio_30646"),
    ],
)
def test_the_messages_say_what_the_one_code_stands_for(
    messages: list[str] | None, kind: type[VendorError], reason: str
) -> None:
    def answer(call: Call) -> Answer:
        (item,) = [json.loads(text) for text in (call.form or {})["Items"]]
        one = {"correlation_id": item["correlation_id"], "error_code": 30646, "error_messages": messages}
        return reply({"items": [one]}, 201)

    error = play(TWILIO.batch_script([about("withdraw")]), answer).result["d1"]
    assert (type(error), error.reason) == (kind, reason)
    assert getattr(error, "lane_wide", False) is False, "the others of the call have been told"


@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
def test_messages_over_other_channels_go_too(channel: str) -> None:
    there = {"sid": "SM9", "from": f"{channel}:{ANN}", "to": f"{channel}:our_agent"}

    def answer(call: Call) -> Answer:
        if call.method == "DELETE":
            return reply(None, 204)
        hits = [there] if call.params.get("From") == there["from"] else []
        return reply({"messages": hits, "calls": [], "recordings": []})

    played = play(TWILIO.script(about("delete")), answer)
    gone = [call.path.rpartition("/")[2] for call in played.calls if call.method == "DELETE"]
    assert (gone, played.result.outcome) == (["SM9.json"], "executed")
    assert isinstance(play(TWILIO.read_back(about("delete")), answer).result, Undone)
