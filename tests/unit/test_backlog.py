"""How old the oldest unsettled record of a partition is, by a clock that is moved by hand."""

from __future__ import annotations

from routing_support import record

from streams.ownership.backlog import Backlog

T0 = 1_000_000.0


class Hand:
    def __init__(self) -> None:
        self.at = T0

    def __call__(self) -> float:
        return self.at


def records(*places: tuple[int, float]) -> list[object]:
    """(offset, s after T0)."""
    made = [record(b"", offset) for offset, _ in places]
    for one, (_, after) in zip(made, places, strict=True):
        object.__setattr__(one, "timestamp", round((T0 + after) * 1000))
    return made


def working() -> tuple[Backlog, Hand]:
    clock = Hand()
    backlog = Backlog(clock)
    backlog.works()
    backlog.look(0)
    return backlog, clock


def test_nothing_in_hand_is_no_lag() -> None:
    backlog, clock = working()
    clock.at += 3600
    assert (backlog.records(0, 0), backlog.oldest_s(0)) == (0, 0.0)


def test_the_oldest_record_that_is_not_settled_counts_by_its_own_time() -> None:
    backlog, clock = working()
    backlog.feed(records((5, 1), (6, 2), (9, 3)), 5)
    clock.at = T0 + 10
    assert (backlog.records(5, 0), backlog.oldest_s(5)) == (3, 9.0)
    assert (backlog.records(6, 1), backlog.oldest_s(6)) == (1, 8.0)
    assert backlog.oldest_s(7) == 7.0
    assert (backlog.records(10, 0), backlog.oldest_s(10)) == (0, 0.0)


def test_what_is_not_read_is_counted_and_is_as_old_as_our_looking_at_it() -> None:
    backlog, clock = working()
    backlog.look(7)
    clock.at += 20
    backlog.look(8)
    assert (backlog.records(0, 0), backlog.oldest_s(0)) == (8, 20.0)
    backlog.feed(records((0, 19)), 0)
    assert backlog.oldest_s(0) == 1.0
    backlog.look(-2)  # the reader went on between two questions
    assert backlog.records(0, 0) == 1


def test_a_partition_that_nobody_works_grows_older_until_it_is_read_again() -> None:
    backlog, clock = working()
    backlog.feed(records((3, 0)), 3)
    clock.at = T0 + 5
    backlog.rests()
    clock.at = T0 + 65
    assert backlog.oldest_s(3) == 65.0
    backlog.works()
    assert backlog.oldest_s(3) == 65.0, "not read yet"
    backlog.feed(records((3, 0)), 3)
    assert (backlog.records(3, 0), backlog.oldest_s(3)) == (1, 65.0), "counted once"
    assert backlog.oldest_s(4) == 0.0


def test_a_partition_that_was_never_worked_counts_from_when_it_was_given() -> None:
    clock = Hand()
    backlog = Backlog(clock)
    clock.at += 7
    assert backlog.oldest_s(0) == 7.0
    backlog.rests()
    assert backlog.oldest_s(0) == 7.0


def test_clocks_that_go_apart_make_no_negative_age() -> None:
    backlog, _ = working()
    backlog.feed(records((0, 5)), 0)
    assert backlog.oldest_s(0) == 0.0


def test_what_is_settled_is_not_kept() -> None:
    backlog, _ = working()
    for offset in range(0, 10_000, 10):
        backlog.feed(records(*((offset + one, 0.0) for one in range(10))), offset)
    assert len(backlog._open) == 10
