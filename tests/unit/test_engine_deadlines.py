"""What takes too long is broken off, and nothing else is taken for that."""

from __future__ import annotations

import asyncio

import pytest

from processors.engine.deadlines import Deadlines


async def test_what_takes_too_long_ends_as_a_timeout_and_the_next_begins_anew() -> None:
    deadlines = Deadlines()
    for _ in range(2):
        with pytest.raises(TimeoutError), deadlines.within(0.01):
            await asyncio.Event().wait()
    with deadlines.within(60):
        await asyncio.sleep(0)
    assert not deadlines.running


async def test_a_shorter_limit_passes_before_a_longer_one_that_began_first() -> None:
    deadlines, ended = Deadlines(), list[str]()

    async def one(name: str, seconds: float) -> None:
        try:
            with deadlines.within(seconds):
                await asyncio.Event().wait()
        except TimeoutError:
            ended.append(name)

    long = asyncio.create_task(one("long", 60))
    await asyncio.sleep(0)
    await one("short", 0.01)
    assert ended == ["short"]
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_whoever_is_cancelled_by_somebody_else_is_not_out_of_time_even_if_both_come_at_once() -> None:
    deadlines = Deadlines()

    async def hang() -> None:
        with deadlines.within(0.0):
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await asyncio.sleep(0)
    (deadline,) = deadlines.running
    deadline.look(float("inf"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadlines.running
