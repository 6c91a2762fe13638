"""What the vendor runs a job for, beside newer instructions, other people, and a vendor that tells by itself."""

from __future__ import annotations

import pytest
from delivering_support import (
    DOWN,
    GOOD,
    REFUSED,
    SOON,
    UNREACHABLE,
    Driven,
    delivery,
    running,
    runs,
)

from processors.vendors.later import Undone
from schemas.errors import VendorRefused


def test_a_newer_instruction_takes_its_scope_out_of_a_withdrawal_that_runs() -> None:
    lane = Driven(polls=SOON)
    lane.arrive(delivery(1, purposes=("a", "b")), delivery(2, "grant", purposes=("a",)))
    lane.round(runs())
    lane.round(GOOD)
    (entry,) = lane.entries("accepted")
    assert [cell.purpose for cell in entry.delivery.overtaken] == ["a"]
    lane.arrive(delivery(3, "grant", purposes=("b",)))
    lane.round(GOOD)
    assert lane.told[-1][1] == "superseded" or lane.told[-2][1] == "superseded"
    assert (lane.state, lane.sleep()) == ({}, False)


def test_a_deletion_that_runs_is_nobody_elses_to_finish() -> None:
    lane = running()
    lane.arrive(delivery(8, "delete", "p1.0"))
    assert lane.round(GOOD) == [1]
    assert len(lane.entries("accepted")) == 1
    lane.sleep()
    lane.round(GOOD)
    assert [outcome for _, outcome, _ in lane.told] == ["executed", "executed"]


def test_what_is_to_be_done_anew_goes_before_what_came_in_later_and_behind_what_is_in_the_air() -> None:
    lane = running()
    lane.sleep()
    (poll,) = lane.start()
    lane.arrive(delivery(1, "grant", "p1.0", purposes=("b",)), delivery(2, "grant", "p1.0", purposes=("c",)))
    (grant,) = lane.start()
    lane.answer(poll, Undone(DOWN))
    lane.answer(grant, GOOD)
    lane.commit()
    assert lane.start() == []
    lane.sleep()
    assert [lane.round(GOOD), lane.round(GOOD)] == [[0], [2]]


@pytest.mark.parametrize("answer", [GOOD, Undone(VendorRefused("bounced")), None])
def test_the_vendor_may_tell_by_itself(answer: object) -> None:
    lane = running(batch=3, people=3)
    assert lane.core.heard("job-9", None, lane.now) == 0
    assert lane.core.heard("job-1", answer, lane.now) == 3  # type: ignore[arg-type]
    lane.commit()
    if answer is None:
        assert lane.round(GOOD) == [0, 1, 2]
    assert len(lane.told) == 3
    assert lane.core.heard("job-1", GOOD, lane.now) == 0, "told twice"
    assert (lane.start(), lane.entries("accepted")) == ([], [])


def test_an_answer_that_comes_after_the_vendor_told_by_itself_changes_nothing() -> None:
    lane = running()
    lane.sleep()
    (poll,) = lane.start()
    lane.core.heard("job-1", GOOD, lane.now)
    lane.answer(poll, Undone(REFUSED))
    lane.commit()
    assert lane.told == [("p1.0", "executed", None)]


def test_questions_take_a_quarter_of_the_calls_while_others_have_work() -> None:
    lane = Driven(polls=SOON, calls=8)
    lane.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(8)))
    for call in lane.start():
        lane.answer(call, runs(f"job-{call.jobs[0].offset}"))
    lane.commit()
    lane.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(8, 12)))
    lane.seconds = 10
    assert [call.asks for call in lane.start()] == [*["job"] * 2, *[None] * 4, *["job"] * 2]


def test_paused_or_with_the_breaker_open_nobody_is_asked() -> None:
    lane = running(batch=6, people=6)
    lane.sleep()
    lane.core.paused = True
    assert (lane.start(), lane.core.wakes_at(lane.now)) == ([], None)
    lane.core.paused = False
    (call,) = lane.start()
    lane.answer(call, UNREACHABLE)
    calls = lane.start()
    while not calls:
        assert lane.sleep(), "no busy loop, and no lost wake-up"
        calls = lane.start()
    assert [(call.asks, call.probe, len(call.jobs)) for call in calls] == [("job", True, 6)]
    lane.core.ended(calls[0], lane.now)
    assert len(lane.start()) == 1, "broken off, it is due again"
