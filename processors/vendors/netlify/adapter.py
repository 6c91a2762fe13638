"""Netlify: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Result, Script, Step, all_good
from processors.vendors.later import Undone
from processors.vendors.netlify.facts import NetlifyFacts
from processors.vendors.netlify.submissions import look_up, removal
from processors.vendors.second_look import noted_first, seen
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import ReadBackScript
    from processors.vendors.netlify.submissions import Found


class Netlify(NetlifyFacts):
    name = "netlify"

    def grant(self, instruction: Instruction) -> Script:
        return self._no_difference(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._no_difference(instruction)

    def _no_difference(self, _: Instruction) -> Script:
        yield from ()
        return Result("not_applicable", "no_consent_at_the_host")

    def delete(self, instruction: Instruction) -> Script:
        found = yield from self._look_up(instruction)
        submissions = yield from noted_first(instruction, found.ids)
        if not submissions:
            return Result("no_match", evidence=found.reply.evidence())
        replies = all_good((yield tuple(map(removal, submissions))))
        return Result(
            "executed", evidence=replies[-1].evidence(detail=seen("submissions", len(found.ids), len(submissions)))
        )

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from self._look_up(instruction)
        if found.ids:
            told: dict[str, Any] = {"status": found.reply.status, "response_sha256": found.reply.sha256}
            return Undone(VendorRefused("found_again", **told))
        return Result("verified", evidence=found.reply.evidence(detail="not_found"))

    def _look_up(self, instruction: Instruction) -> Generator[Step, Any, Found]:
        return look_up(instruction.need("email"), self.options.sites, self.options.most_pages)
