"""A system of one's own, called as its owner says in `relay.toml`: docs/in-house.md has a whole example.

How a value is written into a path: https://www.rfc-editor.org/rfc/rfc3986#section-2; what the methods and statuses
mean: https://www.rfc-editor.org/rfc/rfc9110. Everything else is the owner's word, and is believed. Each call must be
harmless when it comes twice: a delivery is done again after a crash, with the same `{delivery_id}`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.engine.classify import classify
from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, Vendor, all_good
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.capability import Capability
from processors.vendors.http_options import HttpOptions
from processors.vendors.http_values import values_of
from processors.vendors.templates import as_json, as_path, as_text
from schemas.errors import VendorRefused, VendorUnavailable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.http_options import Request
    from processors.vendors.templates import Field, Value
    from schemas.records import Action

_ANSWERS: Mapping[str, Any] = {
    "ends": "executed",
    "success": {"status": [200], "where": "result", "equals": ["ok"]},
    "unknown": {"status": [404], "where": "result", "equals": ["unknown_person"]},
}
_NO_CALL = Capability(kind="manual_task", calls=False, says="no call is configured: somebody has to do it")


class Http(Vendor):
    name = "http"
    title = "In-house system over HTTP"
    docs = "https://www.rfc-editor.org/rfc/rfc9110"
    base_url = "{url}"
    channels = ("email", "sms", "phone", "push", "post", "ads", "web")
    per_purpose = True
    by_options = True
    # `accepted` closes: whether the system says `accepted` or `executed`, it can't be asked further.
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

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        given = self.options
        # What other adapters say by class data this one has from its configuration.
        vars(self).update(
            channels=given.channels,
            per_purpose=given.per_purpose,
            identifies_by=given.identifies_by,
            can={action: _capability(given.requests.get(action)) for action in self.can},
            **given.auth.as_class_data(),
        )

    @property
    def token_url(self) -> str:
        return self.options.auth.token_url

    @property
    def apis(self) -> tuple[str, ...]:
        return tuple(self.options.requests)

    def grant(self, instruction: Instruction) -> Script:
        return self._carry_out(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._carry_out(instruction)

    def delete(self, instruction: Instruction) -> Script:
        return self._carry_out(instruction)

    def _carry_out(self, instruction: Instruction) -> Script:
        request = self.options.requests.get(instruction.action)
        if request is None:
            return Result("manual_task", "no_call_configured")
        given = values_of(instruction, request.fields, self.options.names)
        calls = tuple(_call(instruction.action, request, values) for values in given)
        replies = all_good((yield calls))
        known = [_is_known(request, reply) for reply in replies]
        outcome = request.ends if any(known) else "no_match"
        return Result(outcome, evidence=replies[-1].evidence(detail=f"calls={len(calls)}"))

    def rehearse(self, call: Call) -> Reply:
        status, body = self.options.requests[call.api].success.example()
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        return Reply(status, {}, text.encode())


def _capability(request: Request | None) -> Capability:
    if request is None:
        return _NO_CALL
    return Capability(closing=request.ends, says=f"{request.method} {request.path}")


def _call(action: str, request: Request, values: Mapping[Field, Value]) -> Call:
    body, is_form = request.body, request.encoding == "form"
    return Call(
        request.method,
        as_path(request.path, values),
        params=_texts(request.query, values),
        json=None if body is None or is_form else as_json(body, values),
        form=_texts(body or {}, values) if is_form else None,
        headers=_texts(request.headers, values),
        expect=request.expect,
        api=action,
    )


def _texts(template: Mapping[str, str], values: Mapping[Field, Value]) -> dict[str, str]:
    return {name: as_text(text, values) for name, text in template.items()}


def _is_known(request: Request, reply: Reply) -> bool:
    """Of a call that succeeded: whether the system knows the person.

    Raises:
        VendorError: it didn't succeed.

    """
    if request.unknown is not None and request.unknown.fits(reply):
        return False
    is_good = request.success.fits(reply)
    if is_good:
        return True
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if is_good is None:
        raise VendorUnavailable(NOT_UNDERSTOOD, **about)
    raise classify(reply, request.success.status, 0.0) or VendorRefused("not_success", **about)
