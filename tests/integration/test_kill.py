"""Workers are killed in the middle of the stream: still nothing unaccounted, still no vendor that differs."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import TYPE_CHECKING

import pytest
from ownership_support import LIMIT_S, until

from streams.demo.cast import make_cast
from streams.demo.events import make_events
from streams.demo.numbers import Result
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from streams.demo.events import Sent

EVENTS = 1500
PEOPLE = 400
SETTLE_S = 120.0


def some_events(stage: Stage, seed: int) -> list[Sent]:
    rng = Random(seed)
    teller = stage.teller(rng)
    return make_events(EVENTS, time.time_ns() // 1000, teller)


async def more_settled(stage: Stage, deliveries: int, within_s: float = LIMIT_S) -> None:
    """Wait until so many more deliveries have an outcome."""
    goal = stage.tally.settled + deliveries
    await until(lambda: stage.tally.settled >= goal, within_s)


async def assert_good(stage: Stage) -> None:
    assert await stage.wait_settled(EVENTS, SETTLE_S), "not settled in time"
    await stage.stop_workers()
    judged = await stage.check()
    result = Result(EVENTS, 0, 0.0, 1.0, judged.tally, judged.mismatches)
    assert judged.mismatches == []
    assert result.unaccounted == 0


@pytest.mark.parametrize("seed", [11])  # in the test's name, so that a failure shows it
async def test_a_killed_worker_that_is_started_again_goes_on(tmp_path: Path, seed: int) -> None:
    async with Stage(tmp_path, make_cast(PEOPLE, seed)) as stage:
        await (await stage.start_worker()).ready()
        publishing = asyncio.create_task(stage.publish(some_events(stage, seed)))
        for _ in range(2):
            await more_settled(stage, 200)
            await stage.kill_worker()
            await asyncio.sleep(0.5)  # what it wrote last is in the tally then
            await stage.start_worker()
            await more_settled(stage, 1)
        await publishing
        await assert_good(stage)
    for log in tmp_path.glob("worker-1.*.log"):
        assert "coordinator routine" not in log.read_text("utf-8"), "Faust's own group must take the worker back"


@pytest.mark.parametrize("seed", [12])
async def test_of_two_workers_one_is_killed_and_the_other_takes_its_partitions(tmp_path: Path, seed: int) -> None:
    async with Stage(tmp_path, make_cast(PEOPLE, seed)) as stage:
        for name in ("worker-1", "worker-2"):
            await (await stage.start_worker(name)).ready()
        publishing = asyncio.create_task(stage.publish(some_events(stage, seed)))
        await more_settled(stage, 200)
        await stage.kill_worker("worker-2")
        survivor = stage.workers["worker-1"]

        async def has_all() -> bool:
            roles = await survivor.ready(LIMIT_S)
            return all(sorted(role["partitions"]) == [0, 1, 2, 3] for role in roles.values())

        await until(has_all)
        await publishing
        await assert_good(stage)
