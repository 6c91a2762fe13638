"""LinkedIn ads: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Call, Result
from processors.vendors.linkedin.ads.elements import each, fault_of
from processors.vendors.linkedin.ads.facts import CHANGED_AFTER_S, LinkedInAdsFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.audiences import Group
    from processors.vendors.base import Answer, Reply
    from processors.vendors.identifiers import Form
    from schemas.errors import VendorError
    from schemas.records import Action


class LinkedInAds(LinkedInAdsFacts):
    name = "linkedin_ads"

    def call(self, action: Action, group: Group, names: Sequence[Form]) -> Call:
        verb, headers = "ADD" if action == "grant" else "REMOVE", {"x-restli-method": "BATCH_CREATE"}
        elements = [{"action": verb, "userIds": [{"idType": "SHA256_EMAIL", "idValue": value}]} for _, value in names]
        path = f"/rest/dmpSegments/{group[0]}/users"
        return Call("POST", path, json={"elements": elements}, headers=self.version | headers, api="users")

    def read(self, call: Call, reply: Reply, lines: int) -> Sequence[Answer]:
        del call
        return each(reply, lines)

    def done(self, replies: Sequence[Reply]) -> Result:
        return Result("accepted", evidence=replies[-1].evidence(detail="unconfirmed", vendor_limit_s=CHANGED_AFTER_S))

    def fault(self, reply: Reply) -> VendorError | None:
        return fault_of(reply)
