"""Google Analytics 4: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Options, Reply, Result, Script, all_good
from processors.vendors.google.analytics.calls import PROVIDED, deletions
from processors.vendors.google.analytics.facts import EDIT_SCOPE, GONE_AFTER_S, GoogleAnalyticsFacts
from processors.vendors.google.limits import limit_told
from schemas.errors import MissingIdentity

if TYPE_CHECKING:
    from schemas.errors import VendorError

_DAY_USED_UP_S = 3600.0


class GoogleAnalytics(GoogleAnalyticsFacts):
    name = "google_analytics"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if self.options.user_provided_data:  # only then is the right to edit asked for
            vars(self)["scope"] = f"{self.scope} {EDIT_SCOPE}"
        else:
            found_by = tuple(kind for kind in self.identifies_by if kind not in PROVIDED)
            vars(self)["identifies_by"] = found_by

    def grant(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def _signal(self, _: Instruction) -> Script:
        yield from ()
        return Result("client_signal", "consent_mode")

    def delete(self, instruction: Instruction) -> Script:
        calls, odd = deletions(instruction, self.options)
        if not calls:
            raise odd or MissingIdentity(*self.identifies_by)
        replies = all_good((yield tuple(calls)))
        # The time of the request is the only receipt that Google gives.
        received = [str(reply.json()["deletionRequestTime"]) for reply in replies][-1]
        if odd is not None:
            raise odd
        evidence = replies[-1].evidence(detail="unconfirmed", job_id=received, vendor_limit_s=GONE_AFTER_S)
        return Result("accepted", evidence=evidence)

    def fault(self, reply: Reply) -> VendorError | None:
        return limit_told(reply, _DAY_USED_UP_S)
