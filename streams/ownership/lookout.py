"""Watches one role from beside: its reader by what it has read, and the work of each of its partitions.

A reader that has stood still while the broker answers a new client is given up, and its role begins anew. While the
broker answers nobody there is nothing to give up.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from processors.patience import Patience
from schemas.errors import SetupError, StoodStill
from streams import clients, stacks
from streams.ownership.vigil import look_every_s

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

    from streams.ownership.holding import Holding
    from streams.settings import Settings

log = structlog.get_logger()
LEAST_S = 120.0
"""For a reader: a rebalance alone may take a quarter of it, and one that is given up begins another."""
ANSWER_LIMIT_S = 10.0


class Lookout:
    """polls, looks: how often the reader has polled, and has been told where the logs end.

    heartbeat: when the last good one was sent, s; answers: whether the broker answers a new client.
    """

    def __init__(
        self,
        settings: Settings,
        role: str,
        holdings: Mapping[int, Holding],
        heartbeat: Callable[[], float],
        answers: Callable[[Settings], Awaitable[bool]] | None = None,
    ) -> None:
        self._settings = settings
        self._role = role
        self._holdings = holdings
        self._heartbeat = heartbeat
        self._answers = answers or broker_answers
        self._every_s = look_every_s(settings.stuck_after)
        self._patience = Patience(max(LEAST_S, settings.stuck_after), self._every_s)
        self.polls = self.looks = 0

    async def run(self) -> None:
        """Watch for ever.

        Raises:
            StoodStill: the reader does.

        """
        while True:
            await asyncio.sleep(self._every_s)
            await self.look(monotonic())

    async def look(self, now: float) -> None:
        """now: s, never goes back. Raises as `run` does."""
        for holding in list(self._holdings.values()):
            holding.watch(now)
        stands = self._patience.look(self._duties(), now)
        if stands is None:
            return
        if await self._answers(self._settings):
            why = f"'{stands}' has not gone on for {self._patience.limit_s:g} s, but the broker answers others"
            log.error("alarm", alarm=StoodStill.reason, role=self._role, why=why)
            log.error("stands_still", what=why, tasks=stacks.of_tasks(asyncio.all_tasks()))
            raise StoodStill(why)
        self._patience.forget()

    def _duties(self) -> dict[str, Hashable]:
        """Between two looks each of these goes on, in whatever state the work is."""
        found: dict[str, Hashable] = {"poll": self.polls}
        if self._holdings:
            found |= {"heartbeat": self._heartbeat(), "look at the ends": self.looks}
        for number, holding in self._holdings.items():
            if holding.unread and holding.work and holding.work.room():
                found[f"read partition {number}"] = holding.position
            if holding.task.done():
                found[f"hold partition {number}"] = id(holding.task)
        return found


async def broker_answers(settings: Settings) -> bool:
    """Whether a new client gets an answer."""
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            admin = await clients.admin(settings)
            await admin.close()
    except (SetupError, TimeoutError):
        return False
    return True
