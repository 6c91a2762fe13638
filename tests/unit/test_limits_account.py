"""Shares of partitions, APIs and concurrency."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits_support import taken

from processors.limits.account import Account, Share
from processors.limits.shares import POOL, parts, share
from processors.limits.use import RESOLUTION, Part, Use
from schemas.windows import Window


def account(*windows: Window, held: int = 1, total: int = 1, concurrency: float = inf) -> Account:
    made = Account(windows, concurrency)
    for partition in range(held):
        made.hold(partition, total, Share())
    return made


def goes(made: Account, api: str = "", now: float = 0.0) -> int:
    """How many calls may go at this moment."""
    count = 0
    while not made.wait_s(api, now):
        taken(made, api, now)
        count += 1
    return count


@given(st.integers(1, 10_000), st.integers(1, 64))
def test_the_parts_of_all_partitions_are_the_window_and_as_even_as_can_be(calls: int, total: int) -> None:
    shares = [share(calls, partition, total) for partition in range(total)]
    assert sum(shares) == calls
    assert max(shares) - min(shares) <= 1


def test_a_worker_with_one_of_four_partitions_gets_a_quarter_of_every_window() -> None:
    minute, month = Window(calls=600, seconds=60), Window(calls=110_000, seconds=31 * 86_400)
    assert goes(account(minute, total=4)) == 150
    assert goes(account(month, total=4)) == 27_500
    assert goes(account(minute, month, held=4, total=4)) == 600


def test_of_fewer_calls_than_partitions_an_owner_gets_its_fraction_in_calls_or_in_time() -> None:
    window = Window(calls=3, seconds=2)
    assert parts(window, range(4), 4) == {POOL: Part(3, 2)}
    assert parts(window, [1, 2, 3], 4) == {POOL: Part(2, 2)}
    assert parts(window, [3], 4) == {POOL: Part(1, 2 / 0.75)}
    assert parts(window, [], 4) == {}
    one = account(window, total=4)
    turn = taken(one, "", 0.0)
    one.done(turn, 0.1)
    assert one.wait_s("", 0.1) == pytest.approx(2 / 0.75)


def test_the_pool_of_a_worker_is_not_filled_anew_when_partitions_come_and_go() -> None:
    made = account(Window(calls=3, seconds=2), held=4, total=4)
    assert goes(made) == 3
    for partition in range(4):
        made.release(partition)
    made.hold(0, 4, Share())
    assert goes(made) == 0


def test_each_api_has_a_window_of_its_own_unless_they_count_together() -> None:
    made = account(
        Window(calls=2, seconds=1),
        Window(calls=3, seconds=60, together=True),
        Window(calls=1, seconds=9, apis=("x",)),
    )
    assert (goes(made, "a"), goes(made, "x"), goes(made, "b")) == (2, 1, 0)


def test_without_a_partition_nothing_goes_and_without_a_window_everything() -> None:
    made = Account((Window(calls=9, seconds=1),))
    assert made.wait_s("", 0.0) == inf
    free = account()
    for _ in range(1000):
        assert not free.wait_s("", 0.0)
        taken(free, "", 0.0)


def test_no_more_calls_than_the_concurrency_are_under_way() -> None:
    made = account(Window(calls=9, seconds=1), concurrency=2)
    turns = [taken(made, "", 0.0), taken(made, "b", 0.0)]
    assert made.wait_s("", 0.0) == made.wait_s("c", 0.0) == inf
    made.done(turns[0], 0.2)
    assert not made.wait_s("c", 0.2)


def test_a_call_keeps_its_place_until_the_window_after_its_answer_is_over() -> None:
    made = account(Window(calls=1, seconds=10))
    turn = taken(made, "", 0.0)
    assert made.wait_s("", 100.0) == inf, "it is still under way"
    made.done(turn, 100.0)
    assert made.wait_s("", 101.0) == 9.0


def test_memory_is_bounded_however_many_calls_a_window_has() -> None:
    use, part = Use(), Part(100_000, 100.0)
    for number in range(100_000):
        use.take()
        use.done(part, number / 1000)
    assert use.used(part, 99.999) == 100_000
    assert len(use.slots) <= RESOLUTION + 1


def test_how_much_is_used_is_told_for_each_window_by_its_busiest_api() -> None:
    short, long = Window(calls=4, seconds=1), Window(calls=8, seconds=60, together=True)
    made = account(short, long, held=2, total=2)
    for api in ("a", "a", "b"):
        made.done(taken(made, api, 0.0), 0.0)
    assert dict(made.use(0.5)) == {short: 0.5, long: 3 / 8}
    assert dict(made.use(2.0)) == {short: 0.0, long: 3 / 8}
    assert dict(Account((short,)).use(0.0)) == {short: 0.0}
