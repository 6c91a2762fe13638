"""What is done is read back after a while: it stands, the vendor still has the person, or there is nothing to ask."""

from __future__ import annotations

from dataclasses import replace

import pytest
from delivering_support import DOWN, GOOD, REFUSED, STILL, VERIFIED, Driven, delivery, runs
from plan_support import NOW

from processors.delivering.asking import MOST_REOPENED, STILL_THERE
from processors.delivering.holds import Rules
from processors.vendors.base import Result
from processors.vendors.later import DAY_S, Schedule, read_back_after
from schemas.ids import outcome_record_id
from schemas.records import Evidence

AFTER = read_back_after(3600)


def done(*deliveries: object, **more: object) -> Driven:
    """These are carried out, each in its round."""
    lane = Driven(read_back=AFTER, **more)  # type: ignore[arg-type]
    for one in deliveries or (delivery(1, "delete"),):
        lane.arrive(one)  # type: ignore[arg-type]
        lane.round(GOOD)
    return lane


def test_after_the_delay_the_vendor_is_asked_and_the_outcome_is_raised() -> None:
    lane = done()
    (entry,) = lane.entries("verifying")
    assert (entry.next_at, lane.offset) == (NOW + 3600 * 1_000_000, 1)
    assert lane.sleep()
    (call,) = lane.start()
    assert (lane.seconds, call.asks) == (3600, "person")
    lane.answer(call, VERIFIED)
    lane.commit()
    assert [outcome for _, outcome, _ in lane.told] == ["executed", "verified"]
    assert (lane.state, lane.sleep()) == ({}, False)
    assert {record.cycle for record in lane.audit} == {0}


@pytest.mark.parametrize("outcome", ["no_match", "retained", "client_signal", "manual_task"])
def test_what_was_not_done_by_the_vendor_is_not_read_back(outcome: str) -> None:
    lane = Driven(read_back=AFTER)
    lane.arrive(delivery(1))
    lane.round(Result(outcome, evidence=Evidence(status=200)))  # type: ignore[arg-type]
    assert lane.entries("verifying") == []


def test_a_vendor_without_a_status_to_ask_says_accepted_and_can_be_read_back() -> None:
    lane = Driven(read_back=AFTER)
    lane.arrive(delivery(1))
    lane.round(Result("accepted", evidence=Evidence(status=202)))
    lane.sleep()
    lane.round(VERIFIED)
    assert [outcome for _, outcome, _ in lane.told] == ["accepted", "verified"]


def test_a_job_that_is_done_is_read_back_too() -> None:
    lane = Driven(polls=Schedule(10.0), read_back=AFTER)
    lane.arrive(delivery(1, "delete"))
    lane.round(runs())
    for answer in (GOOD, VERIFIED):
        lane.sleep()
        lane.round(answer)
    assert [outcome for _, outcome, _ in lane.told] == ["accepted", "executed", "verified"]
    assert (lane.seconds, lane.state) == (3610, {})


def test_a_vendor_that_still_has_the_person_opens_a_new_cycle() -> None:
    lane = done()
    lane.sleep()
    lane.round(STILL)
    cycle = lane.audit[-1]
    assert (cycle.kind, cycle.cycle, cycle.reason, cycle.command) == ("cycle", 1, STILL_THERE, None)
    assert cycle.record_id == outcome_record_id("cycle", f"{1:064x}", 1, STILL_THERE, 0)
    (entry,) = lane.entries("parked")
    assert (entry.delivery.cycle, entry.reopened, entry.attempt) == (1, 1, 0)
    lane.restart()
    assert lane.round(GOOD) == [0]
    (entry,) = lane.entries("verifying")
    assert (entry.delivery.cycle, entry.reopened) == (1, 1)
    lane.sleep()
    lane.round(VERIFIED)
    outcomes = [(record.outcome, record.cycle) for record in lane.audit if record.kind == "outcome"]
    assert outcomes == [("executed", 0), ("executed", 1), ("verified", 1)]


def test_it_is_reopened_so_often_and_then_a_person_must_look() -> None:
    lane = done()
    for _ in range(MOST_REOPENED):
        lane.sleep()
        lane.round(STILL)
        lane.round(GOOD)
    lane.sleep()
    lane.round(STILL)
    (entry,) = lane.entries("failed")
    assert (entry.delivery.cycle, entry.reason) == (MOST_REOPENED + 1, STILL_THERE)
    assert [(letter.reason, letter.offset) for letter in lane.letters] == [(STILL_THERE, 0)]
    finals = [(record.cycle, record.outcome) for record in lane.audit if record.kind == "outcome"]
    assert finals == [*((cycle, "executed") for cycle in range(MOST_REOPENED + 1)), (MOST_REOPENED + 1, "failed")]
    assert not lane.sleep()


@pytest.mark.parametrize("when", ["waits", "in the air", "before it is done"])
def test_who_came_back_by_a_newer_grant_need_not_be_gone(when: str) -> None:
    lane = Driven(read_back=AFTER)
    lane.arrive(delivery(1, "delete"))
    deletion = lane.start()
    if when == "before it is done":
        lane.arrive(delivery(2, "grant"))
    lane.answer(deletion[0], GOOD)
    lane.commit()
    asked = []
    if when == "in the air":
        lane.sleep()
        asked = lane.start()
    if when != "before it is done":
        lane.arrive(delivery(2, "grant"))
    for call in asked:
        lane.answer(call, STILL)
    lane.round(GOOD)
    assert [record.kind for record in lane.audit] == ["outcome", "outcome"]
    assert [entry.delivery.action for entry in lane.entries("verifying")] == ["grant"]


def test_what_a_newer_withdrawal_decides_anew_is_read_back_with_that() -> None:
    lane = done(delivery(1, purposes=("a", "b")), delivery(2, purposes=("a",)))
    first, second = sorted(lane.entries("verifying"), key=lambda entry: entry.offset or 0)
    assert [cell.purpose for cell in first.delivery.overtaken] == ["a"]
    lane.arrive(delivery(3, purposes=("a", "b")))
    lane.round(GOOD)
    assert [entry.offset for entry in lane.entries("verifying")] == [2]
    assert second.offset == 1


def test_a_reopened_one_goes_on_without_what_newer_ones_decide_anew() -> None:
    lane = done(delivery(1, purposes=("a", "b")))
    lane.sleep()
    (asked,) = lane.start()
    lane.answer(asked, STILL)
    lane.commit()
    lane.arrive(delivery(2, purposes=("a", "b")))
    lane.commit()
    assert lane.told[-1] == ("p1.ana", "superseded", "overtaken")
    assert lane.round(GOOD) == [1]


@pytest.mark.parametrize("error", [DOWN, REFUSED])
def test_who_cant_be_asked_for_long_is_given_up_and_the_outcome_stands(error: Exception) -> None:
    lane = done()
    while lane.sleep():
        lane.round(error)  # type: ignore[arg-type]
    assert lane.seconds >= AFTER.limit_s
    assert lane.seconds < AFTER.limit_s + DAY_S
    assert [outcome for _, outcome, _ in lane.told] == ["executed"]
    assert (lane.state, lane.letters) == ({}, [])


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = Driven(read_back=AFTER)
    monkeypatch.setattr(lane, "limits", replace(lane.limits, verifying=2))
    lane.restart()
    lane.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(5)))
    lane.round(GOOD)
    assert (len(lane.entries("verifying")), len(lane.told)) == (2, 5)
    assert (lane.core.take_skipped(), lane.core.take_skipped()) == (3, 0)


def test_without_a_plan_nothing_is_read_back() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.round(GOOD)
    assert (lane.state, lane.sleep()) == ({}, False)


def test_a_deletion_on_hold_that_may_be_cancelled_yet_takes_no_reading_back_from_what_is_in_the_air() -> None:
    lane = Driven(read_back=AFTER, rules=Rules(window_s=60.0))
    lane.arrive(delivery(1))
    (call,) = lane.start()
    lane.arrive(delivery(2, "delete"))
    lane.answer(call, GOOD)
    lane.commit()
    assert [entry.delivery.event_id for entry in lane.entries("verifying")] == ["event-1"]
    lane.seconds = 60.0
    assert lane.round(GOOD) == [1]
    assert [entry.delivery.event_id for entry in lane.entries("verifying")] == ["event-2"]
