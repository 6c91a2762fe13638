"""A lane's rest between two looks: it ends by an event or by a moment, and one timer stands for several rests."""

from __future__ import annotations

import asyncio

from streams.lanes.rest import Rest


def timers(rest: Rest) -> asyncio.TimerHandle | None:
    return rest._timer


async def rested(rest: Rest, wake: asyncio.Event, at: float | None) -> None:
    wake.clear()
    async with asyncio.timeout(10):
        await rest.until(at, 0.0)


async def test_a_moment_ends_it_without_an_event_and_the_next_moment_counts_anew() -> None:
    wake = asyncio.Event()
    rest = Rest(wake)
    for at in (0.01, 0.02, 0.005):
        await rested(rest, wake, at)


async def test_an_event_ends_it_and_the_timer_goes_on_for_the_next_one() -> None:
    wake = asyncio.Event()
    rest = Rest(wake)
    asyncio.get_running_loop().call_soon(wake.set)
    await rested(rest, wake, 60.0)
    first = timers(rest)
    asyncio.get_running_loop().call_soon(wake.set)
    await rested(rest, wake, 70.0)
    assert first is not None
    assert timers(rest) is first
    await rested(rest, wake, 0.01)  # sooner than what the timer was for
    assert first.cancelled()


async def test_after_its_end_no_timer_wakes_anybody() -> None:
    wake = asyncio.Event()
    rest = Rest(wake)
    asyncio.get_running_loop().call_soon(wake.set)
    await rested(rest, wake, 60.0)
    timer = timers(rest)
    rest.end()
    assert timer is not None
    assert timer.cancelled()
    assert timers(rest) is None
