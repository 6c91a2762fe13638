"""Keeps the process going in which the vendors are, and writes down when it stood still.

While it does, calls end at the relay without an answer, which vendors carry out when it goes on.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from schemas.times import SECOND
from streams.memory import collect_seldom
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.rundir import RunDir

VENDORS = "vendors"
"""All of them, in `faults.jsonl`."""
STILL_S = 1.5
"""Shorter ones end no call: the relay gives up after 4 s."""
STEP_S = 0.25
_SELDOM = 50_000, 20, 1_000


@contextmanager
def hardly_collecting() -> Iterator[None]:
    """Python's collector would walk through all people at all vendors, for seconds; next to nothing is garbage."""
    usual = gc.get_threshold()
    gc.collect()
    collect_seldom(_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


async def watch(run: RunDir) -> None:
    """For ever: in `faults.jsonl`, from when to when nothing went on here."""
    while True:
        before = now_micros()
        await asyncio.sleep(STEP_S)
        if (now := now_micros()) - before > (STILL_S + STEP_S) * SECOND:
            run.note("faults.jsonl", {"at": before, "until": now, "what": "standstill", "whom": VENDORS})
