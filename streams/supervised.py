"""What the worker does when its loop hangs, and when somebody sends it a signal."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import faust
import structlog

from processors.patience import Patience
from streams import stacks

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterable, Iterator

log = structlog.get_logger()
BEAT_S = 0.25
LOOK_S = 0.5
LOOP_STUCK = 70
"""Exit code. By then the group has given the partitions to others, and only a new process can work again."""
AT_ONCE = 128
"""Exit code, plus the signal's number, as a shell would tell it."""
HANDOVER_S = 20.0
"""Beside the calls on their way, which take half a session at most: the last transaction, 15 s, and farewells. With a
session of 10 s that makes 25 s; who asked kills after 30 s, as a rule."""


class LoopWatch:
    """Sees from a thread of its own whether the event loop goes on.

    After half a session it tells where everything stands, after a whole one it ends the process. A process that was
    frozen or got no processor is not blamed: the thread stood still, too. session_s: of the group membership.
    """

    def __init__(self, session_s: float, end: Callable[[int], object] = os._exit) -> None:
        self._late, self._dead = Patience(session_s / 2, LOOK_S), Patience(session_s, LOOK_S)
        self._end = end
        self._told = -1
        self.beats = 0

    def look(self, now: float, tasks: Callable[[], list[str]]) -> None:
        """now: s, never goes back; tasks: tells where they stand."""
        duty = {"loop": self.beats}
        if self._late.look(duty, now) and self._told != self.beats:
            self._told = self.beats
            where = stacks.of_main_thread()
            log.error("alarm", alarm="loop_stuck", for_s=self._late.limit_s, where=where, tasks=tasks())
        if self._dead.look(duty, now):
            log.error("worker_ends", why="loop_stuck", for_s=self._dead.limit_s, exit_code=LOOP_STUCK)
            self._end(LOOP_STUCK)


@contextmanager
def watching(loop: asyncio.AbstractEventLoop, watch: LoopWatch) -> Iterator[None]:
    """The loop is watched for as long as the context is open, from when it first runs."""
    over, runs = threading.Event(), threading.Event()

    def beat() -> None:
        runs.set()
        watch.beats += 1
        loop.call_later(BEAT_S, beat)

    def look() -> None:
        while not over.wait(LOOK_S):
            if runs.is_set():
                watch.look(time.monotonic(), lambda: stacks.of_tasks(asyncio.all_tasks(loop)))

    loop.call_soon(beat)
    thread = threading.Thread(target=look, name="loop-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def end_anyway(asked: signal.Signals, tasks: Callable[[], Iterable[asyncio.Task[Any]]], limit_s: float) -> None:
    """End the process when it hasn't ended by itself in time, and tell what stood in the way.

    By a thread of its own: what hangs may be the loop, or a thread that Python waits for after it.
    """

    def end() -> None:
        try:
            where = {"where": stacks.of_main_thread(), "tasks": stacks.of_tasks(tasks())}
            log.error("alarm", alarm="handover_stuck", for_s=limit_s, **where)
            log.error("worker_ends", why="handover_stuck", exit_code=AT_ONCE + asked)
        finally:
            os._exit(AT_ONCE + asked)

    timer = threading.Timer(limit_s, end)
    timer.daemon = True
    timer.start()


class Worker(faust.Worker):
    """Faust's worker, but for what signals do: its own ways would print values, which may be people's."""

    handover_s = HANDOVER_S
    _asked: signal.Signals | None = None

    def _schedule_shutdown(self, signal: signal.Signals) -> None:
        """Hand over and end; when the same signal comes again, end at once. The group then waits for a session."""
        if self._asked == signal:
            log.warning("worker_ends", why=signal.name, exit_code=AT_ONCE + signal)
            os._exit(AT_ONCE + signal)
        if self._asked is None:
            self._asked = signal
            end_anyway(signal, lambda: asyncio.all_tasks(self.loop), self.handover_s)
        super()._schedule_shutdown(signal)

    async def _stop_children(self) -> None:
        """Side by side: the roles, which hand over, don't wait for Faust's own group."""
        outcomes = await asyncio.gather(*(child.stop() for child in self._children), return_exceptions=True)
        for error in filter(None, outcomes):
            log.error("stop_failed", error=type(error).__name__)

    def _on_sigusr1(self) -> None:
        log.warning("stacks", tasks=stacks.of_tasks(asyncio.all_tasks(self.loop)))

    def _on_sigusr2(self) -> None:
        log.warning("signal_ignored", signal="SIGUSR2")  # Faust would stop everything in a debugger
