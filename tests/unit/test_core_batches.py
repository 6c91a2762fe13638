"""Calls for several people: finding out who spoils one."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, log2
from typing import TYPE_CHECKING

from contract_support import a_few
from delivering_support import (
    BUSY,
    DOWN,
    GOOD,
    REDRIVE,
    REFS,
    REFUSED,
    REJECTED,
    UNREACHABLE,
    Driven,
    deletions,
    people,
)
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BatchRefused

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.delivering.job import Call
    from processors.vendors.base import Result
    from schemas.errors import VendorError

SPOILT = BatchRefused("http_400", status=400)


def refuse(lane: Driven, call: Call, poison: Collection[str]) -> None:
    """As a vendor does who refuses a whole call if one of these people is in it."""
    bad = bool(set(poison) & set(people(call)))
    lane.answer(call, SPOILT if bad and len(call.jobs) > 1 else REFUSED if bad else GOOD)


def finish(lane: Driven, poison: Collection[str]) -> list[Call]:
    """All calls until nobody is left."""
    made: list[Call] = []
    while calls := lane.start():
        for call in calls:
            refuse(lane, call, poison)
        made += calls
        lane.commit()
    return made


def test_what_hits_everybody_parts_nobody() -> None:
    for error in (DOWN, BUSY, REJECTED, UNREACHABLE):
        lane = Driven(batch=4)
        lane.arrive(*deletions(1, 2, 3, 4))
        assert len(lane.round(error)) == 4
        lane.sleep()
        calls = lane.start()
        assert len(calls) == 1
        assert len(calls[0].jobs) == (1 if calls[0].probe else 4)


def test_the_one_who_spoils_a_call_fails_alone_and_nobody_else_spends_a_try() -> None:
    lane = Driven(batch=8)
    lane.arrive(*deletions(*range(8)))
    made = finish(lane, {"p1.5"})
    assert [len(call.jobs) for call in made] == [8, 4, 4, 2, 2, 1, 1]
    assert [letter.pid for letter in lane.letters] == ["p1.5"]
    assert ("p1.5", "failed", "http_400") in lane.told
    assert len(lane.told) == 8
    assert {record.attempt for record in lane.audit} == {1}
    assert lane.offset == 8


def test_of_three_two_go_together_once_more() -> None:
    lane = Driven(batch=3)
    lane.arrive(*deletions(0, 1, 2))
    assert [people(call) for call in finish(lane, {"p1.2"})] == [["p1.0", "p1.1", "p1.2"], ["p1.0", "p1.1"], ["p1.2"]]


def test_one_alone_who_is_refused_in_the_words_for_several_fails() -> None:
    lane = Driven(batch=3)
    lane.arrive(*deletions(0))
    assert lane.round(SPOILT) == [0]
    assert (lane.told, lane.start()) == ([("p1.0", "failed", "http_400")], [])


def test_what_has_failed_and_is_sent_once_more_goes_together_again() -> None:
    lane = Driven(batch=2)
    lane.arrive(*deletions(0, 1))
    finish(lane, {"p1.0", "p1.1"})
    lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(None), lane.now)
    lane.commit()
    assert [people(call) for call in lane.start()] == [["p1.0", "p1.1"]]


def test_to_find_one_among_a_hundred_takes_fourteen_calls_more() -> None:
    lane = Driven(batch=100)
    lane.limits = replace(lane.limits, open=200)
    lane.restart()
    lane.arrive(*deletions(*range(100)))
    assert len(finish(lane, {"p1.57"})) == 1 + 14


def test_while_a_call_is_made_again_in_parts_other_people_have_their_own() -> None:
    lane = Driven(batch=4, calls=1)
    lane.arrive(*deletions(0, 1, 2, 3))
    (call,) = lane.start()
    lane.arrive(*deletions(4, 5, 6, 7))
    refuse(lane, call, {"p1.0"})
    assert [sorted(people(call)) for call in finish(lane, {"p1.0"})[:2]] == [
        ["p1.4", "p1.5", "p1.6", "p1.7"],
        ["p1.0", "p1.1"],
    ]


def test_a_part_that_fails_by_the_vendors_fault_stays_a_part() -> None:
    lane = Driven(batch=4)
    lane.arrive(*deletions(0, 1, 2, 3))
    (call,) = lane.start()
    refuse(lane, call, {"p1.0"})
    assert lane.round(DOWN) == [0, 1, 2, 3]
    lane.sleep()
    assert [len(call.jobs) for call in lane.start()] == [2, 2]


def test_a_restart_begins_with_the_whole_call_again_and_keeps_what_is_done() -> None:
    lane = Driven(batch=4)
    lane.arrive(*deletions(0, 1, 2, 3))
    (call,) = lane.start()
    refuse(lane, call, {"p1.0"})
    half, other = lane.start()
    refuse(lane, half, {"p1.0"})
    refuse(lane, other, {"p1.0"})
    lane.commit()
    lane.restart()
    assert [people(call) for call in finish(lane, {"p1.0"})] == [["p1.0", "p1.1"], ["p1.0"], ["p1.1"]]
    assert [letter.pid for letter in lane.letters] == ["p1.0"]
    assert (lane.offset, list(lane.state)) == (4, [f"p1.0|{0:064x}"])


def test_what_was_noted_in_the_call_that_was_refused_is_known_in_its_parts() -> None:
    lane = Driven(batch=2)
    lane.arrive(*deletions(0, 1))
    (call,) = lane.start()
    for job in call.jobs:
        lane.core.noted(job, REFS, lane.now)
    lane.commit()
    refuse(lane, call, {"p1.0"})
    assert [job.refs for part in lane.start() for job in part.jobs] == [REFS, REFS]


def test_who_keeps_failing_is_parked_and_then_tried_alone_as_he_may_be_what_the_vendor_stumbles_over() -> None:
    lane = Driven(batch=3)
    lane.arrive(*deletions(0, 1, 2))
    while not lane.entries("parked"):
        lane.sleep()
        lane.round(DOWN)
    assert len(lane.entries("parked")) == 3
    lane.sleep()
    calls = lane.start()
    assert [len(call.jobs) for call in calls] == [1, 1, 1]
    lane.restart()
    assert [len(call.jobs) for call in lane.start()] == [1, 1, 1]


def test_each_person_has_an_answer_of_his_own() -> None:
    lane = Driven(batch=4)
    lane.arrive(*deletions(0, 1, 2, 3))
    (call,) = lane.start()
    answers: list[Result | VendorError] = [GOOD, REFUSED, DOWN, GOOD]
    lane.core.answered(call, {f"{n:064x}": answers[n] for n in (3, 1, 0, 2)}, lane.now)
    lane.commit()
    assert lane.told == [("p1.0", "executed", None), ("p1.1", "failed", "http_400"), ("p1.3", "executed", None)]
    lane.sleep()
    (again,) = lane.start()
    assert (people(again), again.jobs[0].attempt) == (["p1.2"], 1)


@given(st.integers(1, 40), st.sets(st.integers(0, 39)), st.integers(1, 16), st.integers(1, 4))
@a_few
def test_exactly_those_fail_who_spoil_calls_and_finding_them_is_cheap(
    count: int, poisonous: set[int], batch: int, calls: int
) -> None:
    lane = Driven(batch=batch, calls=calls)
    lane.arrive(*deletions(*range(count)))
    poison = {f"p1.{number}" for number in poisonous if number < count}
    made = finish(lane, poison)
    assert {letter.pid for letter in lane.letters} == poison
    assert sorted(pid for pid, outcome, _ in lane.told if outcome == "executed") == sorted(
        f"p1.{number}" for number in range(count) if f"p1.{number}" not in poison
    )
    assert len(lane.told) == count
    assert {record.attempt for record in lane.audit} == {1}
    halvings = ceil(log2(batch))
    assert len(made) <= ceil(count / batch) + 3 * halvings * len(poison)
    assert lane.offset == count
    assert {entry.status for entry in lane.state.values()} <= {"failed"}, "nothing waits for another try"
