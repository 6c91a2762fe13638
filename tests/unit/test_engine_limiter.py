"""The queue before a vendor: who may go when, what is to be written, what an answer changes."""

from __future__ import annotations

import asyncio

import pytest
from engine_support import DONE, HandClock, Lane, Wire, connector
from vendor_support import instruction

from processors.engine.limiter import Limiter, Told
from processors.limits.headers import Left
from processors.vendors.base import Reply
from schemas.windows import Window

TWO_IN_TEN = Window(calls=2, seconds=10)


def limiter(clock: HandClock, *windows: Window, concurrency: int = 100) -> Limiter:
    made = Limiter(windows or (TWO_IN_TEN,), concurrency, clock)
    made.hold(0, 1, new=True)
    return made


async def went(limiter: Limiter, clock: HandClock, *apis: str, takes_s: float = 0.0) -> list[tuple[str, float]]:
    """(name of the API, when) in the order in which they went; all ask at once."""
    gone: list[tuple[str, float]] = []

    async def one(api: str) -> None:
        with await limiter.turn(api):
            gone.append((api, clock.now))
            if takes_s:
                await clock.sleep(takes_s)

    await clock.run(*(asyncio.create_task(one(api)) for api in apis))
    return gone


async def test_calls_go_as_soon_as_the_window_allows() -> None:
    clock = HandClock()
    times = [at for _, at in await went(limiter(clock), clock, *[""] * 5)]
    assert times == [0, 0, 10, 10, 20]


async def test_the_first_to_ask_is_the_first_to_go_and_an_api_that_waits_stops_no_other() -> None:
    clock = HandClock()
    made = limiter(clock, Window(calls=1, seconds=10, apis=("slow",)), Window(calls=2, seconds=30, together=True))
    assert await went(made, clock, "slow", "slow", "b", "slow", "c") == [
        ("slow", 0), ("b", 0), ("slow", 30), ("c", 30), ("slow", 60),
    ]  # fmt: skip


async def test_who_gives_up_holds_nobody_up() -> None:
    clock = HandClock()
    made, gone = limiter(clock, Window(calls=1, seconds=10)), list[tuple[int, float]]()

    async def one(number: int) -> None:
        with await made.turn():
            gone.append((number, clock.now))

    tasks = [asyncio.create_task(one(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await clock.run(tasks[2])
    assert gone == [(0, 0), (2, 10)]


async def test_who_gives_up_at_the_moment_of_his_turn_is_not_under_way() -> None:
    made = Limiter((), 1, HandClock())
    waiting = asyncio.create_task(made.turn())
    await asyncio.sleep(0)
    made.hold(0, 1, new=True)
    waiting.cancel()  # its turn has come, and it does not know yet
    await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5):
        with await made.turn():
            assert waiting.cancelled()


async def test_no_more_are_under_way_than_the_concurrency_and_who_waits_is_none_of_them() -> None:
    clock = HandClock()
    made = limiter(clock, Window(calls=1, seconds=10, apis=("slow",)), concurrency=2)
    gone = await went(made, clock, "slow", "slow", "a", "a", "a", takes_s=1.0)
    assert gone == [("slow", 0), ("a", 0), ("a", 1), ("a", 1), ("slow", 11)]


async def test_without_a_partition_everybody_waits_until_one_is_held() -> None:
    clock = HandClock()
    made = Limiter((TWO_IN_TEN,), 8, clock)
    waiting = asyncio.create_task(went(made, clock, ""))
    await asyncio.sleep(0)
    assert not waiting.done()
    made.hold(2, 4, new=True)
    assert await waiting == [("", 0)]


async def test_a_partition_that_should_reserve_is_woken_once_and_its_commit_lets_calls_go() -> None:
    clock, woken = HandClock(), list[int]()
    made = Limiter((Window(calls=100, seconds=3600),), 8, clock)
    made.hold(1, 2, new=True, wake=lambda: woken.append(1))
    waiting = asyncio.create_task(went(made, clock, ""))
    for _ in range(3):
        await asyncio.sleep(0)
    assert woken == [1]
    draft = made.draft(1)
    assert draft is not None
    assert draft.quota.windows[0].uses[0].ahead == 1
    other = asyncio.create_task(made.turn())
    await asyncio.sleep(0)
    assert woken == [1], "its record is being written"
    made.committed(1, draft)
    assert await waiting == [("", 0)]
    other.cancel()
    assert made.draft(1) is not None
    assert made.close(1).windows[0].uses[0].ahead == 0


@pytest.mark.parametrize(
    ("told", "second"),
    [
        (Told(), 0),
        (Told(wait_s=7), 7),
        (Told(left=Left(0, 30)), 30),
        (Told(left=Left(1, 30)), 0),
        (Told(too_fast=True), 1800),
        (Told(too_fast=True, wait_s=60), 60),
    ],
)
async def test_what_an_answer_says_holds_for_the_next_call(told: Told, second: float) -> None:
    clock = HandClock()
    made = limiter(clock, Window(calls=500, seconds=300, lock_s=1800))
    with await made.turn("a") as tell:
        tell(told)
    assert await went(made, clock, "b", "a") == [("b", 0), ("a", second)]


async def test_of_what_is_left_a_worker_takes_its_part() -> None:
    clock = HandClock()
    made = Limiter((Window(calls=4000, seconds=1),), 8, clock)
    made.hold(0, 4, new=True)
    with await made.turn() as tell:
        tell(Told(left=Left(8, 30)))
    assert [at for _, at in await went(made, clock, *[""] * 3)] == [0, 0, 30]


async def test_a_429_and_limit_headers_reach_the_limiter() -> None:
    clock = HandClock()
    answers = [
        Reply(429, {"retry-after": "40"}),
        Reply(200, {"ratelimit-remaining": "0", "ratelimit-reset": "9"}, DONE.body),
    ]
    ready = connector(Wire(lambda _: answers.pop(0) if answers else DONE), clock=clock)
    times = []
    for _ in range(3):
        work = asyncio.create_task(Lane().carry_out(ready, [instruction("withdraw")]))
        await clock.run(work)
        times.append(clock.now)
    assert times == [0, 40, 49]
