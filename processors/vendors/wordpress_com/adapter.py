"""WordPress.com: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.read_backs import gone
from processors.vendors.scripts import no_call
from processors.vendors.second_look import noted_first, seen
from processors.vendors.wordpress_com.erase import erase
from processors.vendors.wordpress_com.facts import WordpressFacts
from processors.vendors.wordpress_com.people import look_up

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript


class WordpressCom(WordpressFacts):
    name = "wordpress_com"

    def grant(self, _: Instruction) -> Script:
        return no_call("not_applicable", "people_subscribe_themselves")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("manual_task", "no_call_for_subscribers")

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(instruction.need("email"), self.options)
        refs = yield from noted_first(instruction, found.refs)
        if not refs:
            return Result("no_match", evidence=found.reply.evidence())
        reply, barred = yield from erase(refs, self.options)
        evidence = reply.evidence(detail=seen("records", len(found.refs), len(refs)))
        return Result("manual_task", barred, evidence) if barred else Result("executed", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(instruction.need("email"), self.options)
        return gone(found.refs, found.reply)
