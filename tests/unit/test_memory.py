"""What is freed goes back to the system, and what hangs on itself alone is collected after each change of hands."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import weakref

import pytest
from ownership_support import until

from streams.memory import Tidying

PIECES = 1000
MOST_LEFT_MB = 20
PROBE = f"""
import re
from pathlib import Path
from streams import memory

def used_mb():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1000

{{first}}
bytes({{size}} * 2)  # as the C library has learned from it, such sizes come from the heap
before = used_mb()
pieces, between = [], []
for _ in range({PIECES}):
    pieces.append(b"x" * {{size}})
    between.append(b"y" * 10_000)  # what stays lies between what goes
pieces.clear()
{{then}}
print(used_mb() - before)
"""


@pytest.mark.parametrize(
    ("size", "first", "then"),
    [(200 * 1024, "memory.keep_little()", ""), (60 * 1024, "", "memory.trim()")],
    ids=["large blocks by themselves", "small ones when told"],
)
def test_what_is_freed_goes_back_to_the_system(size: int, first: str, then: str) -> None:
    code = PROBE.format(size=size, first=first, then=then)
    asked = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert float(asked.stdout) < MOST_LEFT_MB


class Ring:
    """Hangs on itself."""

    def __init__(self) -> None:
        self.ring = self


async def test_what_hangs_on_itself_is_collected_after_a_change_and_only_then() -> None:
    changes, pause_s = [0], 0.01
    gc.collect()
    gc.disable()
    tidying = asyncio.create_task(Tidying(lambda: changes[0], pause_s).run())
    try:
        ring = weakref.ref(Ring())
        await asyncio.sleep(10 * pause_s)
        assert ring() is not None
        changes[0] += 1
        await until(lambda: ring() is None)
    finally:
        gc.enable()
        tidying.cancel()
