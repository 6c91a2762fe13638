"""The router's guard against floods of rejected records."""

from __future__ import annotations

from typing import Any

import pytest
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st
from routing_support import AWAY, DESK, EMAIL, event, incoming

from processors.flood import Limits
from processors.routing.guard import MOST_HELD, MOST_HELD_BYTES, Guard
from processors.routing.incoming import Routed
from processors.routing.reject import reject
from processors.routing.route import route
from schemas.errors import InvalidRecord, UndecodableRecord

GOOD, FORWARDED = Routed(verdict="planned"), Routed(verdict="forwarded", home=AWAY)
BAD = reject(incoming(b"garbage"), UndecodableRecord("no event"), DESK)
FATES = {"g": GOOD, "b": BAD, "f": FORWARDED}
RUN_OF_3 = Limits(run=3, ratio=0)


def passed(guard: Guard[int], fates: str, offset: int = 0) -> list[int]:
    """Offsets that may be committed; ends with the flood, as the router does."""
    out: list[int] = []
    for number, fate in enumerate(fates, offset):
        if not guard.flood:
            out += guard.take(number, FATES[fate], number, 1)
    return out


def test_the_router_gives_such_verdicts() -> None:
    withdrawal = event(1, "withdraw", 5, ["surveys"], identities=[EMAIL])
    seen = [incoming(withdrawal), incoming(withdrawal, partition=AWAY), incoming(b"garbage")]
    verdicts = [route(one, DESK, lambda _: None).verdict for one in seen]
    assert verdicts == [GOOD.verdict, FORWARDED.verdict, BAD.verdict]


@pytest.mark.parametrize(
    ("fates", "out", "first"),
    [
        ("ggg", [0, 1, 2], None),
        ("gb", [0], 1),
        ("gbb", [0], 1),
        ("gbbg", [0, 1, 2, 3], None),
        ("gbbgbb", [0, 1, 2, 3], 4),
        ("gffb", [0, 1, 2], 3),
        ("gbfb", [0], 1),
        ("gbfbg", [0, 1, 2, 3, 4], None),
        ("", [], None),
    ],
)
def test_rejected_records_wait_for_a_good_one_and_hold_up_what_is_behind_them(
    fates: str, out: list[int], first: int | None
) -> None:
    guard = Guard[int](RUN_OF_3)
    assert (passed(guard, fates), guard.first, guard.flood) == (out, first, "")


@pytest.mark.parametrize(
    ("fates", "first"), [("gbbb", 1), ("gbfbb", 1), ("gffbfffbffb", 3), ("gbbgbbb", 4), ("bbb", 0), ("ffbbbggg", 2)]
)
def test_a_run_is_a_flood_and_nothing_of_it_passes(fates: str, first: int) -> None:
    guard = Guard[int](RUN_OF_3)
    assert passed(guard, fates) == list(range(first))
    assert guard.flood == "3 records in a row were rejected, most of those held back as undecodable (3)"
    assert guard.first == first


def test_a_run_goes_on_being_counted_when_it_was_let_through_for_want_of_more() -> None:
    guard = Guard[int](RUN_OF_3)
    assert passed(guard, "bb") == []
    assert guard.release() == [0, 1]
    assert passed(guard, "b", 2) == []
    assert guard.flood.startswith("3 records in a row")
    assert guard.first == 2


def test_a_good_record_ends_a_run_that_was_let_through() -> None:
    guard = Guard[int](RUN_OF_3)
    passed(guard, "bb")
    guard.release()
    assert passed(guard, "gbb", 2) == [2]
    assert not guard.flood


def test_a_share_of_the_last_records_is_a_flood_once_there_are_enough_of_them() -> None:
    guard = Guard[int](Limits(run=0, ratio=0.5, window=20, least=10))
    assert passed(guard, "gb" * 4) == list(range(7))
    assert guard.flood == "", "too few records to judge by"
    assert passed(guard, "gb", 8) == [7, 8]
    assert guard.flood == "5 of the last 10 records were rejected, most of those held back as undecodable (1)"


def test_what_left_the_window_counts_no_more() -> None:
    guard = Guard[int](Limits(run=0, ratio=0.5, window=10, least=10))
    passed(guard, "b" * 5 + "g" * 4)
    assert not guard.flood
    passed(guard, "g" * 6 + "b" * 4, 9)
    assert not guard.flood, "4 of 10"
    passed(guard, "b", 19)
    assert guard.flood.startswith("5 of the last 10")


def test_few_rejected_records_among_many_are_none() -> None:
    guard = Guard[int](Limits())
    fates = ("b" * 30 + "g" * 70) * 30
    assert passed(guard, fates) == list(range(len(fates)))
    assert not guard.flood


def test_records_of_other_partitions_say_nothing_about_the_share() -> None:
    guard = Guard[int](Limits(run=0, ratio=0.5, window=20, least=10))
    passed(guard, "fffgfffb" * 5)
    assert guard.flood.startswith("5 of the last 10")


def test_a_reused_event_id_was_understood() -> None:
    reused = reject(incoming(b""), InvalidRecord("is known with other content", reason="event_id_reuse"), DESK)
    guard = Guard[int](RUN_OF_3)
    assert [guard.take(number, reused, number, 1) for number in range(5)] == [[0], [1], [2], [3], [4]]
    passed(guard, "bb", 5)
    assert guard.take(7, reused, 7, 1) == [5, 6, 7]


def test_limits_can_be_switched_off() -> None:
    guard = Guard[int](Limits(run=0, ratio=0))
    passed(guard, "b" * 1500)
    assert not guard.flood


def test_after_a_halt_the_same_records_are_a_flood_once_more_unless_one_of_them_is_good_now() -> None:
    guard = Guard[int](Limits(), armed_from=5, wary_to=7)
    assert passed(guard, "bf", 5) == []
    assert guard.flood == ""
    assert passed(guard, "b", 7) == []
    assert guard.flood == (
        "the records before which the router halted are rejected again, most of those held back as undecodable (2)"
    )
    for fates in ("gbbbb", "bgbbb", "bbgbb"):
        guard = Guard[int](Limits(), wary_to=2)
        passed(guard, fates)
        assert guard.flood == "", fates


def test_a_resume_lets_all_pass_that_was_there_when_it_was_given_and_then_the_guard_is_armed_again() -> None:
    guard = Guard[int](RUN_OF_3)
    passed(guard, "gbbb")
    assert guard.resume(8) == [1, 2, 3]
    assert (guard.flood, guard.first) == ("", None)
    assert passed(guard, "bbbb", 4) == [4, 5, 6, 7], "still below"
    assert passed(guard, "bbb", 8) == []
    assert (bool(guard.flood), guard.first) == (True, 8)


def test_a_resume_that_is_older_than_the_run_changes_nothing() -> None:
    guard = Guard[int](RUN_OF_3)
    passed(guard, "ggbbb")
    for until in (0, 1, 2):
        assert guard.resume(until) == []
        assert guard.flood
        assert guard.first == 2
    waiting = Guard[int](RUN_OF_3)
    assert [*passed(waiting, "gbb"), *waiting.resume(1)] == [0]
    assert (waiting.flood, waiting.first) == ("", 1), "nor does it count anything twice"


def test_a_resume_from_the_midst_of_a_run_judges_the_rest_of_it_anew() -> None:
    guard = Guard[int](RUN_OF_3)
    passed(guard, "bbb")
    assert guard.resume(2) == [0, 1]
    assert (guard.flood, guard.first) == ("", 2)
    assert passed(guard, "bb", 3) == []
    assert guard.flood
    wide = Guard[int](Limits(run=4, ratio=0))
    passed(wide, "bbbb")
    assert wide.resume(1) == [0]
    assert not wide.flood


def test_a_resume_before_there_is_anything_to_halt_for() -> None:
    guard = Guard[int](RUN_OF_3)
    assert guard.resume(4) == []
    assert passed(guard, "bbbbbb") == [0, 1, 2, 3]
    assert not guard.flood


def test_memory_is_bounded() -> None:
    guard = Guard[int](RUN_OF_3)
    assert passed(guard, "b" + "f" * (MOST_HELD - 1)) == []
    assert guard.take(MOST_HELD, FORWARDED, MOST_HELD, 1) == list(range(MOST_HELD + 1))
    guard = Guard[int](RUN_OF_3)
    assert guard.take(0, BAD, 0, MOST_HELD_BYTES) == []
    assert guard.take(1, BAD, 1, 1) == [0, 1]
    assert guard.take(2, BAD, 2, 1) == []
    assert guard.flood, "what was let through counts all the same"


SOME_FATES = st.text(alphabet="ggbbf", max_size=80)


@a_few
@given(fates=SOME_FATES, run=st.integers(0, 6), least=st.integers(1, 10), ratio=st.sampled_from([0, 0.3, 0.5, 1]))
def test_nothing_is_lost_doubled_or_out_of_order(fates: str, run: int, least: int, ratio: float) -> None:
    guard = Guard[int](Limits(run=run, ratio=ratio, window=12, least=least))
    out = passed(guard, fates)
    held = [] if guard.first is None else list(range(guard.first, len(out) + len(guard._held)))
    assert out == list(range(len(out)))
    assert guard.first in {None, len(out)}
    assert [entry.made for entry in guard._held] == held
    if not guard.flood:
        assert len(out) + len(held) == len(fates)
    assert [*out, *guard.resume(len(fates))] == list(range(len(out) + len(held))), "a resume lets all of it pass"
    assert not guard.flood


@a_few
@given(fates=SOME_FATES, run=st.integers(1, 6))
def test_it_halts_at_exactly_so_many_in_a_row_and_before_the_first_of_them(fates: str, run: int) -> None:
    guard = Guard[int](Limits(run=run, ratio=0))
    out = passed(guard, fates)
    judged = fates.replace("f", "")
    assert bool(guard.flood) == ("b" * run in judged)
    if guard.flood:
        judged_out = "".join(fates[offset] for offset in out).replace("f", "")
        assert judged.startswith(judged_out + "b" * run)
        assert not judged_out.endswith("b")
        assert fates[len(out)] == "b"


@a_few
@given(data=st.data(), fates=SOME_FATES, run=st.integers(1, 6))
def test_idle_moments_and_resumes_lose_nothing_either(data: Any, fates: str, run: int) -> None:
    guard = Guard[int](Limits(run=run, ratio=0.5, window=10, least=5))
    out: list[int] = []
    for number, fate in enumerate(fates):
        out += guard.take(number, FATES[fate], number, 1)
        if guard.flood:
            assert guard.first is not None
            until = data.draw(st.integers(guard.first + 1, number + 3))
            out += guard.resume(until)
            while guard.flood:
                out += guard.resume(number + 1)
        elif data.draw(st.booleans()):
            out += guard.release()
        assert out == list(range(len(out)))
        assert len(out) + len(guard._held) == number + 1
