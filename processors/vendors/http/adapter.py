"""In-house system over HTTP: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.engine.classify import classify
from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, all_good
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.capability import Capability
from processors.vendors.http.facts import HttpFacts
from processors.vendors.http.templates import as_json, as_path, as_text
from processors.vendors.http.values import values_of
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.http.options import Request
    from processors.vendors.http.templates import Field, Value

_NO_CALL = Capability(kind="manual_task", calls=False, says="no call is configured: somebody has to do it")


class Http(HttpFacts):
    name = "http"

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
