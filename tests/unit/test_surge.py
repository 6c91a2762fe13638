"""How many deletions in an hour are too many, counted once whatever dies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processors.delivering.surge import HOUR, HOURS, DeletionCount
from schemas.codec import decode, encode
from schemas.surge import Surge

DAY = 500_000 * HOUR


def held(count: DeletionCount, number: int, at: int, first: int = 0) -> int:
    """How many of so many deletions at one moment are held."""
    return sum(count.exceeds(first + n, at) for n in range(number))


def test_fifty_in_an_hour_are_let_through_and_each_partition_has_its_part() -> None:
    assert held(DeletionCount(1), 60, DAY) == 10
    assert held(DeletionCount(4), 60, DAY) == 60 - 12


def test_the_hour_slides() -> None:
    count = DeletionCount(1)
    assert held(count, 50, DAY + HOUR - 1) == 0
    assert held(count, 1, DAY + HOUR, 50) == 1, "a new hour of the clock alone means nothing"
    assert held(count, 20, DAY + HOUR + HOUR // 2, 60) == 0, "half of it is over"
    assert held(count, 1, DAY + 3 * HOUR, 90) == 0


def test_what_is_usual_is_no_surge_and_what_was_held_is_not_usual() -> None:
    count, offset = DeletionCount(1), 0
    for hour in range(HOURS):
        offset += 40
        assert held(count, 40, DAY + (hour + 1) * HOUR - 1, offset - 40) == 0
    now = DAY + HOURS * HOUR + HOUR - 1
    assert held(count, 300, now, offset) == 300 - 199, "five times 40, and a little of the hour before counts"
    assert held(count, 300, now + 10 * HOUR, offset + 300) > 90


def test_an_earlier_owner_has_counted_already() -> None:
    count = DeletionCount(1)
    held(count, 50, DAY)
    again = DeletionCount(1, decode(Surge, encode(count.record())))
    assert again.record() == count.record()
    assert held(again, 50, DAY) == 0, "the same once more"
    assert held(again, 1, DAY, 50) == 1


@given(st.lists(st.integers(0, 400 * HOUR), max_size=60), st.integers(0, 60))
def test_a_restart_anywhere_changes_no_verdict(moments: list[int], at: int) -> None:
    through, before = DeletionCount(10), DeletionCount(10)
    told = [through.exceeds(offset, moment) for offset, moment in enumerate(moments)]
    again = [before.exceeds(offset, moment) for offset, moment in enumerate(moments[:at])]
    after = DeletionCount(10, decode(Surge, encode(before.record())))
    again += [after.exceeds(offset, moment) for offset, moment in enumerate(moments) if offset >= at]
    assert again == told
    assert len(after.record().hours) <= HOURS + 1
