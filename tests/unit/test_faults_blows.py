"""What counts as a kill: real processes, with one line of Python in the place of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.blows import Blows
from harness.rundir import RunDir

from schemas.errors import RelayError
from streams.demo.process import WorkerProcess

if TYPE_CHECKING:
    from pathlib import Path

LIVES = "print('up', flush=True); import time; time.sleep(600)"
CRASHES = "print('up', flush=True); raise SystemExit(3)"


class Run(Blows):
    def __init__(self, path: Path) -> None:
        self.run = RunDir(path)
        self.workers = {}

    @property
    def unsettled(self) -> int:
        return 0

    async def start(self, code: str) -> WorkerProcess:
        log_file = self.run.log("w1")
        self.workers["w1"] = await WorkerProcess.launch("w1", {}, log_file, program=("-c", code))
        return self.workers["w1"]


async def test_a_worker_that_lives_is_killed(tmp_path: Path) -> None:
    run = Run(tmp_path)
    worker = await run.start(LIVES)
    await run.kill()
    assert await worker.ended() == -9
    assert run.workers == {}
    assert [line["what"] for line in run.run.lines("faults.jsonl")] == ["kill"]


async def test_who_had_ended_by_itself_was_not_killed(tmp_path: Path) -> None:
    run = Run(tmp_path)
    worker = await run.start(CRASHES)
    await worker.ended()
    with pytest.raises(RelayError, match="the worker has ended"):
        await run.kill()
    assert run.run.lines("faults.jsonl") == []
    await run.stop()


async def test_nor_who_ended_by_itself_at_that_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path)
    worker = await run.start(CRASHES)
    monkeypatch.setattr(worker, "check", lambda: None)  # it ends right after that
    await worker.ended()
    with pytest.raises(AssertionError, match="had ended by itself"):
        await run.kill()
