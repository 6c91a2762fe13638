"""Microsoft 365: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Reply, Result, Script, all_good
from processors.vendors.microsoft_365.accounts import FORBIDDEN, GONE, look_up, purge, removal
from processors.vendors.microsoft_365.facts import RESTORABLE_S, MicrosoftFacts
from processors.vendors.second_look import noted_first, seen

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Any

    from processors.vendors.base import Step


class Microsoft365(MicrosoftFacts):
    name = "microsoft_365"

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(instruction.need("email"), self.options)
        accounts = yield from noted_first(instruction, found.ids, found.kept)
        reply, restorable = (yield from self._remove(accounts)) if accounts else (found.reply, False)
        detail = f"{seen('accounts', len(found.ids), len(accounts))}, kept={len(found.kept)}"
        evidence = reply.evidence(detail=detail, vendor_limit_s=RESTORABLE_S if restorable else None)
        reason = "account_of_a_member" if found.kept else "search_mail_and_files"
        return Result("manual_task", reason, evidence)

    def _remove(self, accounts: Sequence[str]) -> Generator[Step, Any, tuple[Reply, bool]]:
        """The last answer, and whether an account can still be restored."""
        removed = all_good((yield tuple(map(removal, accounts))))
        if not self.options.purge:
            return removed[-1], True
        purged = all_good((yield tuple(map(purge, accounts))))
        # Not in the bin although just deleted: it isn't there yet, as Graph's copies take a while to agree.
        stays = [two == FORBIDDEN or (one != GONE and two == GONE) for one, two in _statuses(removed, purged)]
        return purged[-1], any(stays)


def _statuses(removed: Sequence[Reply], purged: Sequence[Reply]) -> list[tuple[int, int]]:
    return [(one.status, two.status) for one, two in zip(removed, purged, strict=True)]
