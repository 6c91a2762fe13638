"""What the worker has no use for any more goes back to the system: by itself it would stay with the process.

A takeover reads a state topic whole, and each tenure leaves a Kafka client behind, whose parts hang on each other.
Python's collector seldom comes, and the C library keeps what is freed, in a heap for each thread; of
large blocks, too, as soon as it has seen one freed.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import time
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()
OPTIONS = {"M_ARENA_MAX": (-8, 1), "M_MMAP_THRESHOLD": (-3, 128 * 1024), "M_TRIM_THRESHOLD": (-1, 1024 * 1024)}
"""Of mallopt(3): one heap for all threads; a block that is larger, in bytes, is a mapping of its own, which ends with
it, for good; so much may be left free at the end of the heap."""
EVERY_S = 5.0
COLLECT_EVERY = 20_000, 10, 10
"""Objects more than at the last collection, and so on: a lane has thousands in hand, and hardly any in a cycle; so
has a replay."""
_libc: Any = ctypes.CDLL(None)


def keep_little() -> None:
    """Let the C library keep little of what is freed; before there are threads. Does nothing where it isn't glibc."""
    if hasattr(_libc, "malloc_trim"):
        for option, value in OPTIONS.values():
            _libc.mallopt(option, value)


def collect_seldom(every: tuple[int, int, int] = COLLECT_EVERY) -> None:
    """Let Python's collector come seldom, and not walk again and again through what is there by now, which stays."""
    gc.freeze()
    gc.set_threshold(*every)


def collect() -> float:
    """Collect what hangs on itself alone; how long all stood still for it, s."""
    began = time.monotonic()
    gc.collect()
    return time.monotonic() - began


def trim() -> None:
    """Give the system back what is free; other threads go on."""
    if hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)


class Tidying:
    """`changes`: grows with each tenure that begins or ends."""

    def __init__(self, changes: Callable[[], int], every_s: float = EVERY_S) -> None:
        self._changes = changes
        self._every_s = every_s

    async def run(self) -> None:
        """For ever."""
        tidied = 0
        while True:
            await asyncio.sleep(self._every_s)
            if (changes := self._changes()) != tidied:
                tidied = changes
                stood_s = collect()
                await asyncio.to_thread(trim)
                log.debug("tidied", stood_still_s=round(stood_s, 3))
