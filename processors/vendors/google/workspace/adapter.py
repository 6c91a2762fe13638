"""Google Workspace: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Reply, Result, Script, all_good
from processors.vendors.google.limits import limit_told
from processors.vendors.google.workspace.accounts import is_gone, look_up, removal, require_not_found
from processors.vendors.google.workspace.facts import RESTORABLE_S, WorkspaceFacts
from processors.vendors.second_look import noted_first, seen

if TYPE_CHECKING:
    from schemas.errors import VendorError

_DAY_USED_UP_S = 3600.0


class GoogleWorkspace(WorkspaceFacts):
    name = "google_workspace"

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(instruction.need("email"), self.options.domains)
        allowed = found.ids if self.options.accounts else frozenset()
        kept = found.admins | (found.ids - allowed)
        accounts = yield from noted_first(instruction, allowed, kept)
        reply = found.reply
        if accounts:
            replies = all_good((yield tuple(map(removal, accounts))))
            for one in filter(is_gone, replies):
                require_not_found(one)
            reply = replies[-1]
        detail = f"{seen('accounts', len(allowed), len(accounts))}, kept={len(kept)}"
        limit_s = RESTORABLE_S if accounts else None
        evidence = reply.evidence(detail=detail, vendor_limit_s=limit_s) if reply else None
        return Result("manual_task", "account_kept" if kept else "search_mail_and_files", evidence)

    def fault(self, reply: Reply) -> VendorError | None:
        return limit_told(reply, _DAY_USED_UP_S)
