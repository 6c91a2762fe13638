"""What a program took: on the clock, of the processors, of memory."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.proc import peak_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MB = 1_000_000
LOOK_EVERY_S = 0.05


class Spent(NamedTuple):
    """s: from its start to its end; cpu_s: of its cores, and those of its children; peak_mb: its own."""

    s: float
    cpu_s: float
    peak_mb: float
    told: str = ""


def run(command: Sequence[str], env: Mapping[str, str]) -> Spent:
    """Run it to its end.

    Raises:
        RuntimeError: it failed.

    """
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True)  # noqa: S603 - our own programs
    peak, ended = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, peak, ended))
    watch.start()
    told = process.stdout.read() if process.stdout else ""
    ended.set()
    watch.join()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:5])} ... ended with {process.returncode}")
    s = time.perf_counter() - began
    return Spent(s, used.ru_utime + used.ru_stime, peak[0] / MB, told)


def _watch(pid: int, peak: list[int], ended: threading.Event) -> None:
    """Until it has said its last word. Not its children: those of a replay are told apart by nobody."""
    while not ended.wait(LOOK_EVERY_S):
        peak[0] = max(peak[0], peak_bytes(pid))
