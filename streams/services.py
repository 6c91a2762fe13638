"""The roles of a worker as one service: each owns its partitions, halts by itself, and never takes others down."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from mode import Service

from schemas.errors import OwnershipError, TopicsError
from streams.control import NOTARY
from streams.ownership.owner import Owner
from streams.status import ROLE
from streams.stopping import is_meant

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AsyncExitStack

    from streams.memory import Tidying
    from streams.metrics.registry import Metrics
    from streams.ownership.holding import Reading
    from streams.pipeline import Stage
    from streams.settings import Settings
    from streams.status import Status

    Check = Callable[[], Awaitable[None]]

log = structlog.get_logger()
FIRST_RESTART_S = 1.0
LONGEST_RESTART_S = 60.0
STOP_LIMIT_S = 12.0
LAST_WORDS_S = 0.5
"""So long the notary goes on reading after the others have ended, so that it signs what they wrote at their end."""
LAST_STOP_LIMIT_S = 7.0


class Runner:
    """Runs the owner of one role until stopped, and again with back-off whenever it fails.

    restoring: the worker's; None: the role has nobody beside it.
    """

    def __init__(
        self,
        settings: Settings,
        stage: Stage,
        worker_id: str,
        status: Status,
        metrics: Metrics,
        *,
        restoring: asyncio.Semaphore | None = None,
    ) -> None:
        self._settings = settings
        self._stage = stage
        self._worker_id = worker_id
        self.name = stage.role.name
        self._status = status
        self._metrics = metrics
        self._restoring = restoring
        self._owner: Owner | None = None
        self._stopping = asyncio.Event()
        status.starting(self.name)

    async def run(self) -> None:
        """Never raises: an exception here would end the whole worker."""
        pause_s = FIRST_RESTART_S
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._own()
            except asyncio.CancelledError as error:
                if is_meant():
                    raise
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - told and logged, and then begun anew
                self._failed(error)
            if self._stopping.is_set():
                return
            if time.monotonic() - began > LONGEST_RESTART_S:
                pause_s = FIRST_RESTART_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            pause_s = min(LONGEST_RESTART_S, pause_s * 2)

    async def _own(self) -> None:
        stage, status = self._stage, self._status
        self._owner = Owner(
            self._settings,
            stage.role,
            self._worker_id,
            stage.make_work,
            status,
            metrics=self._metrics,
            restoring=self._restoring,
        )
        await self._owner.run()

    def ended(self, task: asyncio.Task[None]) -> None:
        """Nothing runs the role any more: unless it was asked to stop, that is a fault of ours, and must be seen."""
        if not self._stopping.is_set():
            why = "cancelled" if task.cancelled() else type(task.exception()).__name__
            log.error("alarm", alarm="role_ended", role=self.name, why=why)
            self._status.halt(self.name, ROLE, "ended", "its task has ended: restart the worker")

    def _failed(self, error: BaseException) -> None:
        log.error("role_failed", role=self.name, exc_info=error)
        reason = error.reason if isinstance(error, OwnershipError) else type(error).__name__
        self._status.halt(self.name, ROLE, reason, "see the log")

    def readings(self) -> list[Reading]:
        """How each partition stands that the role has been given."""
        return self._owner.readings() if self._owner else []

    def halt(self, reason: str, text: str) -> None:
        """Stand still until the worker is started anew."""
        self._status.halt(self.name, ROLE, reason, text)
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        if self._owner:
            self._owner.stop()


class Roles(Service):
    """Starts all roles, and stops them side by side, the notary last: each hands its partitions over first.

    shared: closed at the end. check: raises TopicsError when the topics changed; called every so many s.
    tidying: goes on beside them.
    """

    def __init__(
        self, runners: Sequence[Runner], shared: AsyncExitStack, check: Check, every_s: float, tidying: Tidying
    ) -> None:
        super().__init__()
        self._tidying = tidying
        self._runners = runners
        self._shared = shared
        self._check = check
        self._every_s = every_s
        self._running: dict[Runner, asyncio.Task[None]] = {}

    async def on_start(self) -> None:
        for runner in self._runners:
            task = asyncio.create_task(runner.run())
            task.add_done_callback(runner.ended)
            self._running[runner] = task
        self._beside = [asyncio.create_task(one) for one in (self._watch(), self._tidying.run())]

    async def _watch(self) -> None:
        """Halt everything as soon as a topic has another partition count: people would be split between two."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._check()
            except TopicsError as error:
                for runner in self._runners:
                    runner.halt("topics", str(error))
                return
            except Exception as error:  # noqa: BLE001 - no answer is no difference
                log.debug("topics_not_checked", error=type(error).__name__)

    async def on_stop(self) -> None:
        """Hand everything over, then close what the roles shared."""
        for task in self._beside:
            task.cancel()
        ends = {runner: task for runner, task in self._running.items() if runner.name != NOTARY}
        await self._end(ends, STOP_LIMIT_S)
        if last := {runner: task for runner, task in self._running.items() if runner not in ends}:
            await asyncio.sleep(LAST_WORDS_S if ends else 0)
            await self._end(last, LAST_STOP_LIMIT_S)
        await self._shared.aclose()

    @staticmethod
    async def _end(running: Mapping[Runner, asyncio.Task[None]], limit_s: float) -> None:
        for runner in running:
            runner.stop()
        if running:
            _, late = await asyncio.wait(running.values(), timeout=limit_s)
            for task in late:
                log.warning("role_stop_timed_out")
                task.cancel()
