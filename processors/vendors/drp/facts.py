"""Data Rights Protocol 1.0: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.drp.options import DrpOptions
from processors.vendors.drp.said import REQUESTS, fault_of
from processors.vendors.later import DAY_S, Schedule
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.errors import VendorError
    from schemas.records import Action

_POLLED = Schedule(first_s=3600.0, ceiling_s=DAY_S, limit_s=90 * DAY_S)
"""45 days and 45 more: Cal. Civ. Code 1798.130(a)(2)."""
_SPEC = "consumer-reports-innovation-lab/data-rights-protocol@ca1f837 data-rights-protocol.md"


class DrpFacts(Vendor):
    title = "Data Rights Protocol 1.0"
    docs = (
        "https://github.com/consumer-reports-innovation-lab/data-rights-protocol/blob/ca1f837/data-rights-protocol.md"
    )
    base_url = "{url}"
    channels = ("email", "sms", "phone", "push", "post", "ads", "web")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            polls=_POLLED, says="`sale:opt-in` for purposes that are a sale; any other has no call, it is a task"
        ),
        "withdraw": Capability(
            polls=_POLLED,
            says="`sale:opt-out` for purposes that are a sale; any other has no call, the rest is a task",
        ),
        "delete": Capability(polls=_POLLED, says="`deletion` for each address; its status is asked for"),
    }
    identifies_by = ("email", "phone")
    auth = "data_rights"
    limits = (Window(calls=10, seconds=1),)
    documented: ClassVar[Mapping[int, str]] = {404: "no such request"}
    traps = (
        "10 calls a second is a default of ours: the protocol names no limit, set `limits`",
        "`fulfilled` is the business's word, and `denied` with `no_match` its word for a person whom it doesn't know",
        "a person's data are sold or not: purposes that are a sale go on only when none of them stands withdrawn",
        "without `regime` a business may do it or not; with it, it denies who is not of California",
        "a business may want proof of who the person is (`need_user_verification`): somebody has to follow that up",
    )
    evidence = (("S", _SPEC),)
    unverified = (
        "that a second request with the same agent-request-id is the first one; two would do no more than one",
        "that an unknown request is answered 404",
    )
    checked = f"calls and the sandbox's answers by reading {_SPEC}"
    options_type: ClassVar[type[Options]] = DrpOptions
    example: ClassVar[Mapping[str, Any]] = {
        "url": "https://drp.business.example",
        "agent_id": "ACME_RELAY",
        "business_id": "EXAMPLE_BUSINESS",
        "sale": ["newsletter"],
    }
    options: DrpOptions

    @property
    def token_url(self) -> str:
        return self.options.token_url or f"{self.options.url.rstrip('/')}{self._agent}"

    @property
    def signs_as(self) -> Mapping[str, str]:
        return {"agent-id": self.options.agent_id, "business-id": self.options.business_id}

    @property
    def _agent(self) -> str:
        return f"/v1/agent/{self.options.agent_id}"

    def fault(self, reply: Reply) -> VendorError | None:
        return fault_of(reply)

    def probe(self) -> Call:
        return Call("GET", self._agent)

    def rehearse(self, call: Call) -> Reply:
        request_id = call.path.removeprefix(f"{REQUESTS}/") if call.method == "GET" else "REQUEST-ID"
        return Reply(200, {}, json.dumps({"request_id": request_id, "status": "in_progress"}).encode())
