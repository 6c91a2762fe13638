"""A part that runs as a process of its own, but never longer than we do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TAIL_LINES = 12


class Child:
    """Made by `start`. It has a session of its own: a Ctrl-C in the terminal reaches us alone, who stop it in turn.

    A shell watches a pipe that only we hold open, and kills the child when we end without having stopped it.
    """

    def __init__(self, process: Process, log_file: Path) -> None:
        self._process = process
        self._log_file = log_file
        self._watchdog = subprocess.Popen(  # noqa: S603  # our own command line
            ["/bin/sh", "-c", 'cat; kill -9 "$1"', "consent-relay-watchdog", str(process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @classmethod
    async def start(cls, command: Sequence[str], env: Mapping[str, str], log_file: Path) -> Self:
        """Start `command`; what it says goes to `log_file`, anew at each start."""
        with log_file.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return cls(process, log_file)

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        return await self._process.wait()

    async def stop(self, grace_s: float) -> int:
        """Ask it to end (SIGTERM), and kill it when `grace_s` is over; its exit code."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                code = await self._process.wait()
        except TimeoutError:
            return await self.kill()
        self._dismiss_watchdog()
        return code

    async def kill(self) -> int:
        """End it by SIGKILL, without a farewell; its exit code."""
        self._signal(signal.SIGKILL)
        code = await self._process.wait()
        self._dismiss_watchdog()
        return code

    def _signal(self, which: signal.Signals) -> None:
        """Not as Python sends one: it looks first whether the child has ended, and then asyncio never learns how."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, which)

    def _dismiss_watchdog(self) -> None:
        self._watchdog.kill()
        self._watchdog.communicate()

    def last_words(self) -> str:
        """The end of its log."""
        lines = self._log_file.read_text("utf-8", errors="replace").splitlines()
        return "".join(f"\n  | {line}" for line in lines[-_TAIL_LINES:]) or " nothing"
