"""What the kernel says about a process. Linux only."""

from __future__ import annotations

import os
from pathlib import Path

from schemas.errors import SetupError

KIB = 1024
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12
"""Fields of /proc/<pid>/stat, counted behind the name in brackets."""


def resident_bytes(pid: int) -> int:
    """Memory that the process holds right now."""
    return resident_in(_read(pid, "status"))


def peak_bytes(pid: int) -> int:
    """The most memory that the process ever held; what its parent holds doesn't count, as it does in `ru_maxrss`."""
    return resident_in(_read(pid, "status"), "VmHWM")


def cpu_s(pid: int) -> float:
    """Seconds on a core so far, its own and the kernel's for it."""
    return cpu_in(_read(pid, "stat"))


def resident_in(status: str, field: str = "VmRSS") -> int:
    """One of the sizes in a /proc/<pid>/status; 0: the process has ended and holds nothing."""
    line = next((line for line in status.splitlines() if line.startswith(f"{field}:")), f"{field}: 0 kB")
    return int(line.split()[1]) * KIB


def cpu_in(stat: str) -> float:
    """User and system time of a /proc/<pid>/stat; the name in it may hold blanks and brackets."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS_PER_S


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text("utf-8")
    except FileNotFoundError:
        raise SetupError("this measurement reads /proc", remedy="run it on Linux") from None
