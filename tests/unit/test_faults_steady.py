"""That the vendors stood still is written down, and nothing else is."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from typing import TYPE_CHECKING

import test_every_step
import test_zombie
from harness import steady
from harness.rundir import RunDir

from schemas.connections import Connection
from streams.ownership.tenure import now_micros
from streams.stopping import ended

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_a_standstill_is_written_down_from_when_to_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady, "STILL_S", 0.2)
    monkeypatch.setattr(steady, "STEP_S", 0.02)
    run = RunDir(tmp_path)
    watching = asyncio.create_task(steady.watch(run))
    await asyncio.sleep(0.1)
    began = now_micros()
    time.sleep(0.4)  # noqa: ASYNC251 - the loop is to stand still
    until = now_micros()
    await asyncio.sleep(0.1)
    await ended(watching)
    longest = max(
        (json.loads(line) for line in (tmp_path / "faults.jsonl").read_text("utf-8").splitlines()),
        key=lambda fault: fault["until"] - fault["at"],
    )
    assert (longest["what"], longest["whom"]) == ("standstill", "vendors")
    assert longest["at"] <= began
    assert until <= longest["until"]


async def test_as_long_as_it_goes_on_there_is_nothing_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "STILL_S", 30.0)
    monkeypatch.setattr(steady, "STEP_S", 0.02)
    watching = asyncio.create_task(steady.watch(RunDir(tmp_path)))
    await asyncio.sleep(0.2)
    await ended(watching)
    assert not (tmp_path / "faults.jsonl").exists()


def test_what_is_too_short_to_be_written_down_ends_no_call() -> None:
    """Not even at a vendor that is slow without the judge's knowing, nor where time-outs are short."""
    longest, timeout_s = steady.STILL_S + steady.STEP_S, Connection.model_fields["timeout_s"].default
    assert longest + test_zombie.SLOW.seconds < timeout_s
    assert longest < test_every_step.TIMEOUT_S


def test_afterwards_the_collector_comes_as_before() -> None:
    before = gc.get_threshold()
    with steady.hardly_collecting():
        assert gc.get_threshold() != before
        assert gc.get_freeze_count()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
