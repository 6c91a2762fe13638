"""Zoho SalesIQ: the calls of each action."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Result, Script, all_good
from processors.vendors.scripts import no_call
from processors.vendors.zoho.salesiq.conversations import deletions, look_up
from processors.vendors.zoho.salesiq.facts import ZohoSalesiqFacts
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Reply

_TALKS_S = 900.0


class ZohoSalesiq(ZohoSalesiqFacts):
    name = "zoho_salesiq"

    def grant(self, _: Instruction) -> Script:
        return no_call("client_signal", "site_banner")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("client_signal", "site_banner")

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(instruction.need("email"), self.options)
        calls = deletions(found.ended, self.options)
        replies = all_good((yield calls)) if calls else [found.reply]
        if found.under_way:
            raise VendorUnavailable("conversation_under_way", retry_after=_TALKS_S, lane_wide=False)
        evidence = replies[-1].evidence(detail=f"conversations={len(found.ended)}")
        return Result("manual_task", "no_call_deletes_a_visitor", evidence)

    def fault(self, reply: Reply) -> VendorError | None:
        """An error told as 200; other statuses are sorted out as everywhere."""
        try:
            failed = reply.status < 300 and "error" in json.loads(reply.body)  # noqa: PLR2004 - not a success
        except (ValueError, TypeError, RecursionError):
            return None
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        return VendorRefused("error_in_answer", **about) if failed else None
