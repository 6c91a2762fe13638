from __future__ import annotations

import asyncio

from engine_support import HandClock
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.engine.limiter import Limiter


async def times(limiter: Limiter, clock: HandClock, arrivals: list[float], api: str = "") -> list[float]:
    """When calls that ask at these moments are allowed."""
    allowed: list[float] = []

    async def one(at: float) -> None:
        if at > clock.now:
            await clock.sleep(at - clock.now)
        await limiter.acquire(api)
        allowed.append(clock.now)

    await clock.run(*(asyncio.create_task(one(at)) for at in arrivals))
    return allowed


rates = st.floats(0.01, 200)
bursts = st.integers(1, 50)
arrivals = st.lists(st.floats(0, 100), min_size=1, max_size=60)


@given(rate=rates, burst=bursts, asked=arrivals, held=st.integers(1, 4), scale=st.floats(0.5, 3))
@settings(max_examples=60, deadline=None)
def test_no_window_ever_holds_more_than_its_rate_and_the_burst(
    rate: float, burst: int, asked: list[float], held: int, scale: float
) -> None:
    clock = HandClock()
    limiter = Limiter(rate, burst, clock, scale=scale)
    limiter.set_share(held, 4)
    allowed = asyncio.run(times(limiter, clock, asked))
    assert len(allowed) == len(asked)
    room = max(1.0, burst * scale * held / 4)
    for first, start in enumerate(allowed):
        for last in range(first, len(allowed)):
            assert last - first + 1 <= room + rate * scale * held / 4 * (allowed[last] - start) + 1e-6


@given(rate=rates, burst=bursts, asked=arrivals)
@settings(max_examples=30, deadline=None)
def test_nobody_waits_longer_than_the_limit_asks(rate: float, burst: int, asked: list[float]) -> None:
    clock = HandClock()
    allowed = asyncio.run(times(Limiter(rate, burst, clock), clock, asked))
    assert max(allowed) <= max(asked) + len(asked) / rate + 0.002 * len(asked)


def test_a_new_limiter_starts_empty_so_that_a_restart_gives_nothing_twice() -> None:
    clock = HandClock()
    assert asyncio.run(times(Limiter(2.0, 10, clock), clock, [0.0] * 4)) == [0.5, 1.0, 1.5, 2.0]


def test_the_first_to_ask_is_the_first_to_go() -> None:
    clock, order = HandClock(), []
    limiter = Limiter(1.0, 1, clock)

    async def one(name: int) -> None:
        await limiter.acquire()
        order.append(name)

    async def main() -> None:
        await clock.run(*(asyncio.create_task(one(name)) for name in range(10)))

    asyncio.run(main())
    assert order == list(range(10))


def test_each_api_has_a_limit_of_its_own() -> None:
    clock = HandClock()
    limiter = Limiter(1.0, 1, clock)
    assert asyncio.run(times(limiter, clock, [0.0, 0.0], "subscribe")) == [1.0, 2.0]
    assert asyncio.run(times(limiter, clock, [2.0], "unsubscribe")) == [2.0]


def test_several_workers_share_one_limit_and_a_share_can_change() -> None:
    clock = HandClock()
    limiter = Limiter(4.0, 8, clock)
    assert (limiter.rate, limiter.burst) == (4.0, 8.0)
    clock.now = 100.0
    limiter.set_share(1, 4)
    assert (limiter.rate, limiter.burst) == (1.0, 2.0)
    assert asyncio.run(times(limiter, clock, [100.0] * 4)) == [100.0, 100.0, 101.0, 102.0]
    limiter.set_share(0, 4)
    assert limiter.rate == 1.0


def test_one_who_gives_up_waiting_holds_nobody_up() -> None:
    clock = HandClock()
    limiter = Limiter(1.0, 1, clock)

    async def main() -> None:
        first, second = (asyncio.create_task(limiter.acquire()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await clock.run(second)

    asyncio.run(main())
    assert clock.now == 1.0
