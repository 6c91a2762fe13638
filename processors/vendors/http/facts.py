"""In-house system over HTTP: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.http.options import HttpOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_ANSWERS: Mapping[str, Any] = {
    "ends": "executed",
    "success": {"status": [200], "where": "result", "equals": ["ok"]},
    "unknown": {"status": [404], "where": "result", "equals": ["unknown_person"]},
}


class HttpFacts(Vendor):
    title = "In-house system over HTTP"
    docs = "https://www.rfc-editor.org/rfc/rfc9110"
    base_url = "{url}"
    channels = ("email", "sms", "phone", "push", "post", "ads", "web")
    per_purpose = True
    by_options = True
    can: ClassVar[Mapping[Action, Capability]] = dict.fromkeys(
        ("grant", "withdraw", "delete"),
        Capability(closing="accepted", says="the call that is configured; without one a task"),
    )
    identifies_by = ("email",)
    auth = "bearer"
    limits = (Window(calls=20, seconds=1, together=True),)
    documented: ClassVar[Mapping[int, str]] = {404: "nobody, where the words of `unknown` stand in it"}
    traps = (
        "20 calls a second is a default of ours: set `limits` to what the system takes",
        "a call may come twice, with the same delivery_id: the system must take that",
        "what finds a person, channels, purposes and auth are as the options say, not as in this table",
    )
    evidence = (("S", "RFC 3986 and RFC 9110: how values are written, what methods and statuses mean"),)
    unverified = ("what the system's answers mean: its owner says so in the options",)
    options_type: ClassVar[type[Options]] = HttpOptions
    example: ClassVar[Mapping[str, Any]] = {
        "url": "https://privacy.acme.example",
        "auth": {"kind": "bearer"},
        "identifies_by": ["email"],
        "channels": ["email"],
        "per_purpose": True,
        "withdraw": {
            **_ANSWERS,
            "method": "POST",
            "path": "/v1/opt-outs",
            "body": {"email": "{email}", "purposes": "{purposes}", "everything": "{all_purposes}"},
        },
        "grant": {
            **_ANSWERS,
            "method": "DELETE",
            "path": "/v1/opt-outs",
            "query": {"email": "{email}", "purposes": "{purposes}"},
        },
        "delete": {**_ANSWERS, "method": "DELETE", "path": "/v1/people/{email}"},
    }
    options: HttpOptions

    @property
    def token_url(self) -> str:
        return self.options.auth.token_url

    @property
    def apis(self) -> tuple[str, ...]:
        return tuple(self.options.requests)

    def rehearse(self, call: Call) -> Reply:
        status, body = self.options.requests[call.api].success.example()
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        return Reply(status, {}, text.encode())
