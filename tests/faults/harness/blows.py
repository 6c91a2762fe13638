"""What is done to workers and broker; each blow is noted in `faults.jsonl`."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from sizes import READY_S, STOP_S

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.progress import Progress
    from harness.publisher import Publisher
    from harness.rundir import RunDir

    from streams.demo.broker import OwnBroker
    from streams.demo.process import WorkerProcess


class Blows:
    """Of a run, on its workers by name, and on its broker."""

    run: RunDir
    workers: dict[str, WorkerProcess]
    broker: OwnBroker
    publisher: Publisher
    progress: Progress

    @property
    def unsettled(self) -> int:
        """How much is published and not judged, or due and not over."""
        return len(self.publisher.acked - self.progress.judged) + len(self.progress.open)

    async def ready(self) -> None:
        """Wait until all workers say that they are ready."""
        await asyncio.gather(*(worker.ready(READY_S) for worker in self.workers.values()))

    async def recovered(self, whom: str) -> None:
        """Wait until all workers are ready again; until then what happened to one may cost others their outcomes."""
        async with self.fault("recovery", whom):
            await self.ready()

    async def kill(self, name: str = "w1") -> None:
        """SIGKILL.

        Raises:
            RelayError: it had ended by itself before.

        """
        self.workers[name].check()
        worker = self.workers.pop(name)
        async with self.fault("kill", name):
            await worker.kill()
        await was_killed(worker)

    async def dies(self, name: str = "w1") -> None:
        """Wait until it kills itself, as `FAULTS_CUT` wants it to."""
        worker = self.workers.pop(name)
        async with asyncio.timeout(READY_S):
            await worker.ended()
        async with self.fault("kill", name):
            await worker.stop(STOP_S)
        await was_killed(worker)

    async def stop(self, name: str = "w1") -> None:
        """SIGTERM: it hands over and ends."""
        async with self.fault("stop", name):
            await self._bid_farewell(name)

    async def _bid_farewell(self, name: str) -> None:
        """Notes in `farewells.jsonl` with what exit code it ended."""
        code = await self.workers.pop(name).stop(STOP_S)
        self.run.note("farewells.jsonl", {"at": now_micros(), "whom": name, "code": code})

    @asynccontextmanager
    async def frozen(self, name: str) -> AsyncIterator[None]:
        """SIGSTOP, and SIGCONT at the end. name: of a worker, or `broker`."""
        process = self.broker.pid if name == "broker" else self.workers[name].pid
        async with self.fault("freeze", name):
            os.kill(process, signal.SIGSTOP)
            try:
                yield
            finally:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    @asynccontextmanager
    async def clock_off(self, name: str, seconds: int) -> AsyncIterator[None]:
        """Its wall clock is so far ahead, s; the next one of that name has the same clock."""
        async with self.fault(f"clock {seconds:+}", name):
            self.run.clock(name).write_text(str(seconds), "utf-8")
            try:
                yield
            finally:
                self.run.clock(name).write_text("0", "utf-8")

    @asynccontextmanager
    async def broker_away(self, *, kill: bool) -> AsyncIterator[None]:
        """The broker ends, by SIGKILL or in order, and is started again at the end."""
        async with self.fault("kill" if kill else "stop", "broker"):
            await (self.broker.kill() if kill else self.broker.stop())
            try:
                yield
            finally:
                await self.broker.start_again()

    @asynccontextmanager
    async def fault(self, what: str, whom: str) -> AsyncIterator[None]:
        """Notes in `faults.jsonl` what is done to whom, from when to when (µs), and how much was unsettled before."""
        began, unsettled = now_micros(), self.unsettled
        try:
            yield
        finally:
            line = {"at": began, "until": now_micros(), "what": what, "whom": whom, "unsettled": unsettled}
            self.run.note("faults.jsonl", line)

    async def stop_workers(self) -> None:
        await asyncio.gather(*(self._bid_farewell(name) for name in list(self.workers)))


async def was_killed(worker: WorkerProcess) -> None:
    """Nothing but SIGKILL ended it."""
    code = await worker.ended()
    assert code == -signal.SIGKILL, f"it had ended by itself, with {code}; its log ends with:{worker.last_words()}"
