"""Google Ads: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result
from processors.vendors.google.ads.facts import GoogleAdsFacts
from processors.vendors.google.ads.requests import body_for, fault_of, poll, under_way
from processors.vendors.words import record_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.audiences import Group
    from processors.vendors.base import BatchScript, Instruction, PollScript, Reply
    from processors.vendors.identifiers import Form
    from schemas.errors import VendorError
    from schemas.records import Action

_GRANTED: dict[str, Any] = {
    "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
    "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
}


class GoogleAds(GoogleAdsFacts):
    name = "google_ads"

    def batch_script(self, instructions: Sequence[Instruction]) -> BatchScript:
        if instructions[0].action == "grant" and not self.options.terms_accepted:
            return {one.delivery_id: Result("manual_task", "terms_not_accepted") for one in instructions}
        return (yield from super().batch_script(instructions))

    def groups(self, instruction: Instruction, audiences: tuple[str, ...]) -> Sequence[Group]:
        """One request is about all of a person's lists."""
        del instruction
        return [audiences] if audiences else []

    def call(self, action: Action, group: Group, names: Sequence[Form]) -> Call:
        joins = action == "grant"
        body = body_for(self.options, group, names) | (_GRANTED if joins else {})
        return Call("POST", f"/v1/audienceMembers:{'ingest' if joins else 'remove'}", json=body, api="change")

    def read(self, call: Call, reply: Reply, lines: int) -> Sequence[Reply]:
        del call
        record_id(reply.json()["requestId"])
        return [reply] * lines

    def done(self, replies: Sequence[Reply]) -> Result:
        return under_way(replies, (str(reply.json()["requestId"]) for reply in replies))

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        return poll(instructions)

    def fault(self, reply: Reply) -> VendorError | None:
        return fault_of(reply)
