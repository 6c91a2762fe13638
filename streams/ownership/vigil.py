"""One tenure's work under watch: it is broken off when it stands still although nothing holds it back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from processors.patience import Patience
from schemas.errors import OwnershipLost, StoodStill
from streams import stacks

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from streams.ownership.holding import Work
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
LEAVE_LIMIT_S = 5.0
LOOKS = 10
"""So often within the limit it is looked at, and at least every `LONGEST_LOOK_S`."""
LONGEST_LOOK_S = 5.0


def look_every_s(limit_s: float) -> float:
    """How often to look at something that may stand still for so many s."""
    return min(LONGEST_LOOK_S, limit_s / LOOKS)


class Vigil:
    """Of one tenure. limit_s: how long the work may stand still."""

    def __init__(self, limit_s: float) -> None:
        self._patience = Patience(limit_s, look_every_s(limit_s))
        self._found = asyncio.Event()
        self._what = ""

    def look(self, duties: Mapping[str, Hashable], now: float) -> None:
        """What the work should do now; now: s, never goes back."""
        stands = self._patience.look(duties, now)
        if stands and not self._found.is_set():
            self._what = f"'{stands}' has not gone on for {self._patience.limit_s:g} s"
            self._found.set()

    async def run(self, work: Work, tenure: Tenure) -> None:
        """The work to its end.

        Raises:
            StoodStill: it was broken off. What doesn't end even so is left behind: it can neither call nor commit.
            OwnershipLost: it ended as if it had been cancelled, but by nobody here.

        """
        running, found = asyncio.create_task(work.run(tenure)), asyncio.create_task(self._found.wait())
        try:
            await asyncio.wait({running, found}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                log.error("stands_still", what=self._what, tasks=stacks.of_tasks(asyncio.all_tasks()))
                raise StoodStill(self._what)
        finally:
            found.cancel()
            if not running.done():
                tenure.give_up()
                running.cancel()
                running.add_done_callback(lambda task: task.cancelled() or task.exception())
                await asyncio.wait({running}, timeout=LEAVE_LIMIT_S)
        if running.cancelled():
            raise OwnershipLost("the work was broken off from within")
        running.result()
