"""Zoho Analytics: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Options, Result, Script, all_good
from processors.vendors.read_backs import gone
from processors.vendors.scripts import no_call
from processors.vendors.second_look import noted_first, seen
from processors.vendors.zoho.analytics.errors import fault_of
from processors.vendors.zoho.analytics.facts import ZohoAnalyticsFacts
from processors.vendors.zoho.analytics.people import rows_of
from processors.vendors.zoho.analytics.rows import deleted, deletion

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript, Reply
    from schemas.errors import VendorError


class ZohoAnalytics(ZohoAnalyticsFacts):
    name = "zoho_analytics"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        vars(self).update(identifies_by=self.options.identity_types)

    def grant(self, _: Instruction) -> Script:
        return no_call("client_signal", "site_banner")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("client_signal", "site_banner")

    def delete(self, instruction: Instruction) -> Script:
        looked = yield from rows_of(instruction, self.options)
        found = [one for one in looked if one.count]
        due = yield from noted_first(instruction, (one.table.view for one in found))
        calls = tuple(deletion(one.table, one.criteria, self.options.organization_id) for one in found)
        replies = all_good((yield calls)) if calls else []
        rows = sum(deleted(reply, one.count) for reply, one in zip(replies, found, strict=True))
        detail = f"rows={rows}, {seen('tables', len(found), len(due))}"
        evidence = (replies or [looked[-1].reply])[-1].evidence(detail=detail)
        if len(looked) < len(self.options.tables):  # those that know nobody by what the event names
            return Result("manual_task", "table_by_another_identity", evidence)
        return Result("executed" if due else "no_match", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        looked = yield from rows_of(instruction, self.options)
        last = next((one for one in looked if one.count), looked[-1])
        return gone([one.table.view for one in looked if one.count], last.reply)

    def fault(self, reply: Reply) -> VendorError | None:
        return fault_of(reply)
