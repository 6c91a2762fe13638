"""What a program took: on the clock, of the processors, of memory."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.proc import peak_bytes
from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MB = 1_000_000
LOOK_EVERY_S = 0.05


class Spent(NamedTuple):
    """s: from its start to its end; cpu_s: of its cores, and those of its children; peak_mb: of the largest one."""

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
    """Until it has said its last word: it, and its children as long as they are there."""
    while not ended.wait(LOOK_EVERY_S):
        peak[0] = max(peak[0], *map(_peak, (pid, *_children(pid))))


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]


def _peak(pid: int) -> int:
    with suppress(SetupError):
        return peak_bytes(pid)
    return 0  # ended just now
