"""Starts and ends the broker's process.

It gets a session of its own, so that a Ctrl-C in the terminal reaches us alone and the broker stays until the parts
that write to it have stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.kafka.directory import DataDirectory


class Child:
    """A process that ends with ours, even when ours is killed by SIGKILL.

    A shell watches a pipe that only we hold open: when we end in whatever way, it reads the end and kills the child.
    (Linux' "parent death signal" would hang on the thread that started the child, and other systems don't have it.)
    """

    def __init__(self, command: Sequence[str], directory: DataDirectory, lock: int) -> None:
        with directory.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command line
                command,
                cwd=directory.path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._watchdog = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", 'cat; kill -9 "$1"', "kafka-watchdog", str(self.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def stop(self, grace_s: float) -> None:
        """Ask it to end, kill it when `grace_s` is over, and reap it."""
        self._process.terminate()
        self._dismiss_watchdog()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace_s)
        self._process.kill()
        self._process.wait()

    def reap(self) -> None:
        """After the child's end. The watchdog goes first: once reaped, the pid may become another process's."""
        self._dismiss_watchdog()
        self._process.wait()

    def _dismiss_watchdog(self) -> None:
        self._watchdog.kill()
        self._watchdog.communicate()


class Detached:
    """A process that outlives ours. The shell between us ends at once, so that it isn't for us to reap."""

    def __init__(self, command: Sequence[str], directory: DataDirectory, lock: int) -> None:
        script = 'log=$1; shift; "$@" >>"$log" 2>&1 & echo $!'
        shell = subprocess.run(  # noqa: S603  # our own command line
            ["/bin/sh", "-c", script, "kafka", str(directory.log_file), *command],
            cwd=directory.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
            pass_fds=[lock],
            start_new_session=True,
        )
        self.pid = int(shell.stdout)

    def reap(self) -> None: ...


def end(pid: int, directory: DataDirectory, *, grace_s: float) -> None:
    """Asks the broker to stop, which takes it half a second as a rule, and kills it when `grace_s` is over."""
    if grace_s and _has_gone(pid, directory, signal.SIGTERM, grace_s):
        return
    _has_gone(pid, directory, signal.SIGKILL, 10)


def _has_gone(pid: int, directory: DataDirectory, number: signal.Signals, patience_s: float) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    deadline = time.monotonic() + patience_s
    while (broker := directory.holder()) and broker.pid == pid:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True
