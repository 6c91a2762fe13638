"""Netlify: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Result, Script, Step, all_good
from processors.vendors.netlify.facts import NetlifyFacts
from processors.vendors.netlify.submissions import look_up, removal
from processors.vendors.read_backs import gone
from processors.vendors.scripts import no_call
from processors.vendors.second_look import noted_first, seen

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import ReadBackScript
    from processors.vendors.netlify.submissions import Found


class Netlify(NetlifyFacts):
    name = "netlify"

    def grant(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_at_the_host")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_at_the_host")

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
        return gone(found.ids, found.reply)

    def _look_up(self, instruction: Instruction) -> Generator[Step, Any, Found]:
        return look_up(instruction.need("email"), self.options.sites, self.options.most_pages)
