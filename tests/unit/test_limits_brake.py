"""What a vendor's answer says against calling on: it holds, and it is forgotten again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.limits.brake import DOUBLES_IN_S, LIFTED_AFTER_S, SLOWEST_PER_S, Brake
from processors.limits.headers import COMMON, Left, LimitHeader, left

WALL = 1_764_000_000.0
HUBSPOT = LimitHeader("x-hubspot-ratelimit-remaining", "x-hubspot-ratelimit-interval-milliseconds", "ms")


def going(per_s: float, seconds: float) -> Brake:
    """Calls at a steady rate until now = `seconds`."""
    brake = Brake()
    for number in range(int(per_s * seconds)):
        brake.take(number / per_s)
        brake.done()
    return brake


def test_a_wait_that_the_vendor_asks_for_holds_and_a_shorter_one_does_not_end_it() -> None:
    brake = Brake()
    brake.hold(10.0, 60.0)
    brake.hold(11.0, 1.0)
    assert (brake.wait_s(11.0), brake.wait_s(69.0), brake.wait_s(70.0)) == (59.0, 1.0, 0.0)


def test_too_fast_halves_the_rate_at_which_calls_went_and_it_rises_by_the_same_amount_a_second() -> None:
    brake = going(per_s=20, seconds=20)
    brake.too_fast(20.0, sent_at=20.0)
    assert brake.rate(20.0) == pytest.approx(10, rel=0.05)
    assert brake.rate(20.0 + DOUBLES_IN_S) == pytest.approx(20, rel=0.05)
    assert brake.rate(20.0 + DOUBLES_IN_S / 2) == pytest.approx(15, rel=0.05)
    assert brake.rate(20.0 + LIFTED_AFTER_S) == float("inf")
    assert 0 < brake.wait_s(20.0) <= 0.1


def test_calls_that_were_on_their_way_already_lower_nothing_twice() -> None:
    brake = going(per_s=20, seconds=10)
    for sent_at in (10.0, 9.9, 9.8):
        brake.too_fast(10.5, sent_at)
    assert brake.rate(10.5) == pytest.approx(10, rel=0.1)
    brake.too_fast(11.0, sent_at=10.9)
    assert brake.rate(11.0) == pytest.approx(5, rel=0.2)


@given(st.lists(st.floats(0.01, 5), max_size=30))
def test_it_never_gets_slower_than_the_floor(pauses: list[float]) -> None:
    brake, now = Brake(), 0.0
    for pause in pauses:
        now += pause
        brake.take(now)
        brake.too_fast(now, now)
        assert brake.rate(now) >= SLOWEST_PER_S
        assert brake.wait_s(now) <= 1 / SLOWEST_PER_S + 1e-9


def test_what_is_left_counts_without_the_calls_under_way_until_it_is_filled_up_again() -> None:
    brake = Brake()
    for _ in range(3):
        brake.take(0.0)
    brake.left(0.0, calls=4, seconds=30.0)
    for _ in range(2):
        assert not brake.wait_s(0.0)
        brake.take(0.0)
    assert (brake.wait_s(0.0), brake.wait_s(29.0), brake.wait_s(30.0)) == (30.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"ratelimit-remaining": "5", "ratelimit-reset": "30"}, Left(5, 30)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12.5"}, Left(0, 12.5)),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(int(WALL) + 60)}, Left(7, 60)),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": str((int(WALL) + 60) * 1000)}, Left(7, 60)),
        ({"x-rate-limit-remaining": "1", "x-rate-limit-reset": "2"}, Left(1, 2)),
        ({"ratelimit": '"burst";r=50;t=1, "day";t=3600;r=9'}, Left(9, 3600)),
        ({"ratelimit": '"default";r=50'}, None),
        ({HUBSPOT.remaining: "3", HUBSPOT.reset: "10000"}, Left(3, 10)),
        ({"x-ratelimit-remaining": "7"}, None),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(int(WALL) - 60)}, None),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "30"}, None),
        ({"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "١", "x-ratelimit-reset": "30"}, None),  # noqa: RUF001 - a digit, not ours
        ({}, None),
    ],
)
def test_limit_headers_are_read_and_nonsense_is_passed_over(headers: dict[str, str], says: Left | None) -> None:
    assert left(headers, (*COMMON, HUBSPOT), WALL) == says


@given(st.dictionaries(st.sampled_from(["ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text()))
def test_no_header_however_odd_raises(headers: dict[str, str]) -> None:
    said = left(headers, COMMON, WALL)
    assert said is None or (said.calls >= 0 and said.seconds > 0)
