"""In-house system over HTTP: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Options, Result, Script, all_good
from processors.vendors.capability import Capability
from processors.vendors.http.calls import call_of, is_known
from processors.vendors.http.facts import HttpFacts
from processors.vendors.http.values import values_of

if TYPE_CHECKING:
    from processors.vendors.http.options import Request

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
        calls = tuple(call_of(instruction.action, request, values) for values in given)
        replies = all_good((yield calls))
        known = [is_known(request, reply) for reply in replies]
        outcome = request.ends if any(known) else "no_match"
        return Result(outcome, evidence=replies[-1].evidence(detail=f"calls={len(calls)}"))


def _capability(request: Request | None) -> Capability:
    if request is None:
        return _NO_CALL
    return Capability(closing=request.ends, says=f"{request.method} {request.path}")
