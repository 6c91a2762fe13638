"""The roles of a worker as services: each owns its partitions, halts by itself, and never takes the others down."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from mode import Service

from streams.ownership.owner import Owner
from streams.status import WHOLE_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.ownership.owner import Work
    from streams.ownership.takeover import Role
    from streams.settings import Settings
    from streams.status import Status

log = structlog.get_logger()
FIRST_RESTART_S = 1.0
LONGEST_RESTART_S = 60.0
STOP_LIMIT_S = 12.0


class RoleService(Service):
    """Runs the owner of one role until stopped, and again with back-off whenever it fails."""

    def __init__(
        self, settings: Settings, role: Role, worker_id: str, make_work: Callable[[int], Work], status: Status
    ) -> None:
        super().__init__()
        self._make = lambda: Owner(settings, role, worker_id, make_work, status)
        self._role = role
        self._status = status
        self._owner: Owner | None = None
        self._running: asyncio.Task[None] | None = None
        status.starting(role.name)

    async def on_start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def on_stop(self) -> None:
        """Hand the partitions over before the process ends."""
        if self._owner:
            self._owner.stop()
        if self._running:
            _, late = await asyncio.wait([self._running], timeout=STOP_LIMIT_S)
            for task in late:
                log.warning("role_stop_timed_out", role=self._role.name)
                task.cancel()

    async def _run(self) -> None:
        pause_s = FIRST_RESTART_S
        while not self.should_stop:
            self._owner = self._make()
            try:
                await self._owner.run()
            except Exception as error:
                log.exception("role_failed", role=self._role.name)
                self._status.halt(self._role.name, WHOLE_ROLE, type(error).__name__, "see the log")
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_RESTART_S, pause_s * 2)
