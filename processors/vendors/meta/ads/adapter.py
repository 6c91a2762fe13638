"""Meta ads: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.meta.ads.calls import fault_of, payload
from processors.vendors.meta.ads.facts import CHANGED_AFTER_S, VERSION, MetaAdsFacts
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.audiences import Group
    from processors.vendors.base import Instruction, Reply
    from processors.vendors.identifiers import Form
    from schemas.errors import VendorError
    from schemas.records import Action


class MetaAds(MetaAdsFacts):
    name = "meta_ads"

    def groups(self, instruction: Instruction, audiences: tuple[str, ...]) -> Sequence[Group]:
        """Who withdraws altogether is taken off every audience of the account, also those that nobody named here."""
        whole = instruction.all_purposes and instruction.action == "withdraw"
        if whole or instruction.action == "delete":
            return [(f"act_{self.options.account_id}", "usersofanyaudience")]
        return [(audience, "users") for audience in audiences]

    def call(self, action: Action, group: Group, names: Sequence[Form]) -> Call:
        method, limited = ("POST", self.options.limited_data_use) if action == "grant" else ("DELETE", None)
        return Call(method, "/".join((f"/{VERSION}", *group)), json={"payload": payload(names, limited)})

    def read(self, call: Call, reply: Reply, lines: int) -> Sequence[Reply]:
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        body = reply.json()
        counted = "num_received" in body
        if not counted and not (call.path.endswith("/usersofanyaudience") and body.get("success") is True):
            raise VendorUnavailable(NOT_UNDERSTOOD, **about)
        if counted and int(body["num_received"]) < lines:
            raise VendorUnavailable("fewer_received_than_sent", lane_wide=False, **about)
        if int(body.get("num_invalid_entries") or 0):  # which of them isn't told: each is tried in less company
            raise VendorRefused("invalid_entries", **about)
        return [reply] * lines

    def done(self, replies: Sequence[Reply]) -> Result:
        return Result("accepted", evidence=replies[-1].evidence(detail="unconfirmed", vendor_limit_s=CHANGED_AFTER_S))

    def fault(self, reply: Reply) -> VendorError | None:
        return fault_of(reply)
