"""What takes too long is broken off, and nothing else is taken for that."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from processors.engine.deadlines import TICK_S, Deadlines


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


async def test_it_passes_in_a_process_that_is_always_late() -> None:
    deadlines = Deadlines()

    async def hang() -> None:
        with deadlines.within(TICK_S):
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    for _ in range(6):
        await asyncio.sleep(0)
        time.sleep(3 * TICK_S)  # noqa: ASYNC251 - it stands still again and again
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(hanging), 0.001)
    assert hanging.done()


async def test_what_came_in_while_the_process_stood_still_is_read_though_the_time_is_over() -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    deadlines = Deadlines()

    async def ask() -> bytes:
        with deadlines.within(2 * TICK_S):
            return await reader.readexactly(2)

    with theirs:
        asking = asyncio.create_task(ask())
        await asyncio.sleep(0)
        theirs.sendall(b"ok")
        time.sleep(10 * TICK_S)  # noqa: ASYNC251 - it stands still
        assert await asking == b"ok"
    writer.close()
    await writer.wait_closed()
