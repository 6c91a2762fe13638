"""What stands still is found in time, and nothing else ever is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processors.patience import LONGEST_PAUSE_S, MOST_REPEATS, Patience, Repeats

LIMIT_S, EVERY_S, ROUNDING_S = 60.0, 5.0, 1e-6


def patience() -> Patience:
    return Patience(LIMIT_S, EVERY_S)


@given(st.lists(st.floats(0.1, EVERY_S), min_size=20, max_size=60), st.integers(0, 5))
def test_what_never_moves_is_found_in_time_and_not_before(steps: list[float], others: int) -> None:
    watch, now = patience(), 100.0
    watch.look({"still": 1}, now)
    for number, step in enumerate(steps):
        now += step
        moving = {f"other {n}": number for n in range(others)}
        found, stood_s = watch.look({**moving, "still": 1}, now), now - 100.0
        assert found == ("still" if stood_s > LIMIT_S else None) or abs(stood_s - LIMIT_S) < ROUNDING_S


@given(st.lists(st.tuples(st.floats(0.1, EVERY_S), st.booleans()), max_size=200))
def test_what_moves_within_the_limit_or_rests_in_between_is_never_found(steps: list[tuple[float, bool]]) -> None:
    watch, now, mark, moved_at = patience(), 0.0, 0, 0.0
    for step, moves in steps:
        now += step
        if moves or now - moved_at > LIMIT_S - EVERY_S:
            mark, moved_at = mark + 1, now
        assert watch.look({"slow": mark}, now) is None


def test_a_duty_that_was_off_for_a_moment_has_all_the_time_again() -> None:
    watch = patience()
    for second in range(0, 600, 5):
        duties = {"call": 1} if second % 50 else {}
        assert watch.look(duties, float(second)) is None


@given(st.floats(LIMIT_S, 1e6))
def test_while_nobody_looked_no_time_has_passed(frozen_s: float) -> None:
    watch = patience()
    watch.look({"call": 1}, 0.0)
    assert watch.look({"call": 1}, frozen_s) is None


def test_after_a_reason_everybody_has_all_the_time_again() -> None:
    watch = patience()
    for second in range(0, 300, 5):
        if second % 50 == 0:
            watch.forget()
        assert watch.look({"poll": 1}, float(second)) is None


def test_repeats_rest_ever_longer_and_end() -> None:
    repeats = Repeats(LIMIT_S)
    pauses = [repeats.pause_s(LIMIT_S) for _ in range(MOST_REPEATS + 2)]
    assert pauses == [1, 4, 16, 64, 256, None, None]
    assert max(pause or 0 for pause in pauses) <= LONGEST_PAUSE_S


def test_whoever_has_worked_for_long_begins_to_count_anew() -> None:
    repeats = Repeats(LIMIT_S)
    for _ in range(3 * MOST_REPEATS):
        assert repeats.pause_s(11 * LIMIT_S) == 1
