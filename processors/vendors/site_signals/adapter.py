"""A site's own tags: each action ends at once, as the site asks for what stands by itself."""

from __future__ import annotations

from processors.vendors.base import Instruction, Result, Script
from processors.vendors.site_signals.facts import SiteSignalsFacts


class SiteSignals(SiteSignalsFacts):
    name = "site_signals"

    def grant(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def delete(self, instruction: Instruction) -> Script:
        return self._signal(instruction)

    def _signal(self, _: Instruction) -> Script:
        yield from ()
        return Result("client_signal", "served_to_the_site")
