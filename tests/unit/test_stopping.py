"""Who is cancelled while a client says farewell ends, whatever the client makes of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from streams.stopping import closed, ended

LIMIT_S = 5.0


async def _takes_it_for_its_own(under_way: asyncio.Event) -> None:
    """As the client's `Fetcher.close` does."""
    with suppress(asyncio.CancelledError):
        under_way.set()
        await asyncio.sleep(LIMIT_S)


async def test_a_cancellation_that_the_client_swallows_goes_on() -> None:
    under_way = asyncio.Event()

    async def twice() -> None:
        for _ in range(2):
            await closed(_takes_it_for_its_own(under_way), 2 * LIMIT_S)

    task = asyncio.create_task(twice())
    await under_way.wait()
    async with asyncio.timeout(LIMIT_S / 5):
        await ended(task)
    assert task.cancelled()


async def test_the_end_of_a_time_limit_is_no_cancellation() -> None:
    assert await closed(_takes_it_for_its_own(asyncio.Event()), 0.01)
    assert not await closed(asyncio.sleep(LIMIT_S), 0.01)


async def test_a_task_that_was_cancelled_before_says_farewell_all_the_same() -> None:
    said = []

    async def tidy() -> None:
        try:
            await asyncio.sleep(LIMIT_S)
        finally:
            said.append(await closed(asyncio.sleep(0)))

    task = asyncio.create_task(tidy())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert said == [True]
