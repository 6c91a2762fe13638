"""No file can be written any more: a worker that runs goes on, one that is to start says why it can't."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from random import Random
from typing import TYPE_CHECKING

from ownership_support import LIMIT_S

from streams.demo.cast import make_cast
from streams.demo.events import make_events
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 60
NOTHING = (0, 0)
"""Bytes that a file may have: what a full disk does to a process, without filling one."""


async def test_without_room_for_a_byte_a_worker_goes_on_and_no_other_starts(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(20, 5)) as stage:
        worker = await stage.start_worker()
        await worker.ready()
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, NOTHING)
        before = worker.log_file.stat().st_size
        teller = stage.teller(Random(5))
        await stage.publish(make_events(COUNT, time.time_ns() // 1000, teller))
        assert await stage.wait_settled(COUNT, LIMIT_S)
        await worker.ready()
        code, said = await start_without_room(stage, tmp_path / "elsewhere")
        await stage.stop_workers()
        assert worker.log_file.stat().st_size == before
    assert code == 2
    assert f"{tmp_path / 'elsewhere' / 'workers'} can't be written: File too large" in said
    assert "make room on its disk" in said
    assert "Traceback" not in said


async def start_without_room(stage: Stage, data_dir: Path) -> tuple[int | None, str]:
    given = {**stage.settings.model_dump(mode="json", exclude_unset=True), "data_dir": data_dir, "web_port": 0}
    settings = {f"CONSENT_RELAY_{name.upper()}": str(value) for name, value in given.items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams", "worker"),
        env={**os.environ, **settings},
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, NOTHING),
    )
    async with asyncio.timeout(LIMIT_S):
        _, said = await process.communicate()
    return process.returncode, said.decode()
