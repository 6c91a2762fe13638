from __future__ import annotations

from infra.sandbox.limits import Limit, Limiter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def admitted(limiter: Limiter, limits: tuple[Limit, ...], calls: int) -> int:
    return sum(limiter.refused_by("api", limits) is None for _ in range(calls))


def test_no_window_wherever_it_begins_holds_more_than_it_may() -> None:
    clock = Clock()
    limiter, limits = Limiter(clock), (Limit(calls=2, window_s=10),)
    clock.now = 7
    assert admitted(limiter, limits, 1) == 1
    clock.now = 12
    assert admitted(limiter, limits, 2) == 1
    clock.now = 16.9
    assert admitted(limiter, limits, 1) == 0
    clock.now = 17
    assert admitted(limiter, limits, 2) == 1
    clock.now = 22
    assert admitted(limiter, limits, 2) == 1


def test_operations_that_count_together_share_and_a_test_may_give_limits_of_its_own() -> None:
    both = (Limit(calls=3, window_s=10, together=True),)
    limiter = Limiter(Clock(), own={"search": (Limit(calls=1, window_s=10),)})
    assert limiter.refused_by("read", both) is None
    assert limiter.refused_by("delete", both) is None
    assert admitted(limiter, both, 3) == 1
    assert limiter.refused_by("search", both) is None
    assert limiter.refused_by("search", both) == Limit(calls=1, window_s=10)


def test_lock_counts_from_the_call_that_was_too_many_and_is_not_prolonged() -> None:
    clock = Clock()
    limiter, limits = Limiter(clock), (Limit(calls=1, window_s=10, lock_s=100),)
    assert admitted(limiter, limits, 1) == 1
    clock.now = 5
    assert admitted(limiter, limits, 1) == 0
    clock.now = 104
    assert admitted(limiter, limits, 1) == 0
    clock.now = 105
    assert admitted(limiter, limits, 1) == 1


def test_using_all_calls_locks_nothing() -> None:
    clock = Clock()
    limiter, limits = Limiter(clock), (Limit(calls=1, window_s=10, lock_s=100),)
    assert admitted(limiter, limits, 1) == 1
    clock.now = 10
    assert admitted(limiter, limits, 1) == 1


def test_every_window_counts_and_the_refusing_one_is_named() -> None:
    clock = Clock()
    second, day = Limit(calls=2, window_s=1), Limit(calls=3, window_s=86_400)
    limiter = Limiter(clock)
    assert admitted(limiter, (second, day), 2) == 2
    assert limiter.refused_by("api", (second, day)) is second
    clock.now = 1
    assert admitted(limiter, (second, day), 1) == 1
    assert limiter.refused_by("api", (second, day)) is day


def test_keys_do_not_share_and_scale_multiplies() -> None:
    limiter, limits = Limiter(Clock(), scale=2.5), (Limit(calls=2, window_s=10),)
    assert admitted(limiter, limits, 9) == 5
    assert limiter.refused_by("other", limits) is None


def test_scale_never_closes_an_api_for_good() -> None:
    assert admitted(Limiter(Clock(), scale=0.0001), (Limit(calls=2, window_s=10),), 2) == 1
