"""The record under `!quota`: what it says, and what is made of it."""

from __future__ import annotations

from limits_support import LATE_S, WALL, Site, taken

from processors.limits.account import Account
from processors.limits.reserve import Now, close, draft, holds, restored, unrecorded
from schemas.codec import decode, encode
from schemas.quota import Quota, QuotaSlot
from schemas.windows import Window

SECOND, MINUTE, HOUR, DAY = (
    Window(calls=10, seconds=1),
    Window(calls=100, seconds=60),
    Window(calls=100, seconds=3600),
    Window(calls=100, seconds=86_400),
)


def held(*windows: Window, quota: Quota | None = None, now: float = 0.0, **how: bool) -> Account:
    account = Account(windows)
    moment = Now(now, WALL + now)
    account.hold(0, 1, restored(windows, quota, moment, late_s=LATE_S, **how))
    return account


def goes(account: Account, now: float, most: int = 1000) -> int:
    count = 0
    while count < most:
        if account.wait_s("", now):
            made = draft(account, 0, Now(now, WALL + now))
            if made is None:
                break
            made.committed()
            continue
        account.done(taken(account, "", now), now)
        count += 1
    return count


def test_nothing_goes_in_a_long_window_before_it_is_reserved_in_a_committed_record() -> None:
    account = held(DAY, new=True)
    assert account.wait_s("", 0.0) == float("inf")
    assert account.short == {0}
    made = draft(account, 0, Now(0.0, WALL))
    assert made is not None
    assert made.quota.windows[0].uses[0].ahead == 2
    assert account.wait_s("", 0.0) == float("inf"), "written is not committed"
    made.committed()
    assert account.wait_s("", 0.0) == 0.0
    assert draft(account, 0, Now(0.0, WALL)) is None, "there is enough ahead"


def test_a_new_lane_starts_full_and_a_short_window_needs_no_record() -> None:
    assert goes(held(DAY, new=True), 0.0) == 100
    assert goes(held(SECOND, new=True), 0.0) == 10


def test_without_a_record_windows_up_to_an_hour_start_empty_and_longer_ones_are_named() -> None:
    account = held(SECOND, MINUTE, HOUR)
    assert goes(account, 0.0) == 0
    assert goes(account, 61.0 + LATE_S) == 0
    assert goes(account, 3600.0 + LATE_S) == 10, "the shortest window is in the way"
    assert unrecorded((SECOND, MINUTE, HOUR, DAY), None) == [DAY]


def test_a_record_names_the_windows_that_it_knows_so_that_another_one_is_not_taken_for_unused() -> None:
    quota = close(held(DAY, new=True), 0, Now(0.0, WALL))
    other = DAY.model_copy(update={"apis": ("x",)})
    assert unrecorded((DAY,), quota) == []
    assert unrecorded((other, DAY.model_copy(update={"calls": 5})), quota) == [other]


def test_after_a_crash_what_was_reserved_counts_as_made_when_it_is_taken_over() -> None:
    site = Site((DAY,), 1)
    site.take_over(0, "a")
    assert not site.call("a", "")
    for _ in range(3):
        if made := site.reserve(0):
            made.committed()
        for _ in range(2):
            assert site.call("a", "")
            site.answer(0, 0.0)
    site.reserve(0)
    quota = decode(Quota, site.written[0])
    (use,) = quota.windows[0].uses
    assert (sum(slot.calls for slot in use.slots), use.ahead) == (6, 2)
    again = held(DAY, quota=quota, now=5000.0)
    assert goes(again, 5000.0) == 92
    assert goes(again, 86_400.0) == 6
    assert goes(again, 86_400.0 + 4999.0 + LATE_S) == 0
    assert goes(again, 86_400.0 + 5000.0 + LATE_S) == 94


def test_a_clean_end_says_exactly_what_was_used_in_short_windows_too() -> None:
    account = held(SECOND, DAY, new=True)
    assert goes(account, 0.0, most=4) == 4
    quota = close(account, 0, Now(0.5, WALL + 0.5))
    assert account.wait_s("", 0.5) > 0, "what is given back can't be used any more"
    assert {use.ahead for window in quota.windows for use in window.uses} == {0}
    assert goes(held(SECOND, DAY, quota=quota, now=0.6, clean=True), 0.6) == 6
    assert goes(held(SECOND, DAY, quota=quota, now=0.6), 0.6) == 0, "a later owner may have called since"


def test_a_clock_that_was_set_back_makes_nothing_last_longer_than_its_window() -> None:
    account = held(DAY, new=True)
    goes(account, 0.0, most=98)
    quota = close(account, 0, Now(0.0, WALL + 3600))
    again = held(DAY, quota=quota)
    assert goes(again, 0.0) == 2
    assert goes(again, 86_399.0) == 0
    assert goes(again, 86_400.0 + LATE_S) == 100


def test_what_nobody_knew_stays_unknown_in_the_next_record() -> None:
    account = held(HOUR, now=0.0)
    made = close(account, 0, Now(10.0, WALL + 10.0))
    assert made.windows[0].spent == int((WALL + LATE_S) * 1_000_000)
    again = held(HOUR, quota=made, now=20.0, clean=True)
    assert goes(again, 3600.0 + LATE_S - 1) == 0
    assert goes(again, 3600.0 + LATE_S) == 100


def test_a_lock_outlives_a_restart() -> None:
    account = held(MINUTE, new=True)
    account.brakes["subscribe"].hold(0.0, 1800.0)
    account.shares[0].news = True
    made = draft(account, 0, Now(0.0, WALL))
    assert made is not None
    assert draft(account, 0, Now(0.0, WALL)) is None, "said once"
    later = Now(7.0, WALL + 100)
    ((api, seconds),) = holds(decode(Quota, encode(made.quota)), later)
    assert (api, round(seconds)) == ("subscribe", 1700)
    assert list(holds(made.quota, Now(0.0, WALL + 1800))) == list(holds(None, later)) == []


def test_a_record_stays_small() -> None:
    account = held(DAY, new=True)
    for number in range(100):
        goes(account, number * 864.0, most=1)
    quota = close(account, 0, Now(86_400.0, WALL + 86_400.0))
    (use,) = quota.windows[0].uses
    assert len(use.slots) <= 51
    assert all(isinstance(slot, QuotaSlot) for slot in use.slots)
    assert len(encode(quota)) < 2000
