"""What a program took: on the clock, of the processors, of memory."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KIB, MB = 1024, 1_000_000


class Spent(NamedTuple):
    """s: from its start to its end; cpu_s: of its cores, and those of its children; peak_mb: the largest process."""

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
    told = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:5])} ... ended with {process.returncode}")
    s = time.perf_counter() - began
    return Spent(s, used.ru_utime + used.ru_stime, used.ru_maxrss * KIB / MB, told)
