"""The lane core, step by step: order, waits, parking, overtaking, what a restart finds."""

from __future__ import annotations

from delivering_support import BUSY, DOWN, GOOD, REFS, REFUSED, REJECTED, UNREACHABLE, Driven, delivery
from plan_support import DAY, NOW

from processors.vendors.base import Result
from schemas.errors import VendorUnavailable

PARKING = 5
"""Tries until a delivery is parked."""


def test_the_next_instruction_waits_until_the_one_before_is_committed() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, purposes=("other",)), delivery(3, pid="p1.ben"))
    first, ben = lane.start()
    assert [one.offset for one in (*first.jobs, *ben.jobs)] == [0, 2]
    lane.answer(first, GOOD)
    assert lane.start() == []
    lane.commit()
    assert (lane.offset, lane.settled) == (1, frozenset())
    (second,) = lane.start()
    assert second.jobs[0].offset == 1


def test_a_quick_retry_waits_in_memory_and_holds_no_slot() -> None:
    lane = Driven(calls=1)
    lane.arrive(delivery(1), delivery(2, pid="p1.ben"))
    assert lane.round(DOWN) == [0]
    assert lane.round(GOOD) == [1], "while the first one waits"
    assert (lane.offset, lane.settled) == (0, frozenset({1}))
    assert lane.sleep()
    assert lane.round(GOOD) == [0]
    assert [outcome for _, outcome, _ in lane.told] == ["executed", "executed"]
    assert not lane.sleep()


def test_after_the_quick_tries_it_is_parked_and_its_record_settled() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.until_parked()
    assert lane.told == [("p1.ana", "parked", "http_503")]
    assert (lane.offset, lane.letters) == (1, [])
    (entry,) = lane.entries("parked")
    assert (entry.attempt, entry.next_at) == (PARKING, NOW + round((lane.seconds + 30) * 1e6))
    assert lane.sleep()
    assert lane.round(GOOD) == [0]
    assert (lane.told[-1], lane.state) == (("p1.ana", "executed", None), {})


def test_what_stands_behind_a_parked_one_is_parked_too_and_so_is_what_comes_later() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, purposes=("b",)))
    lane.until_parked(others=1)
    lane.arrive(delivery(3, purposes=("c",)), delivery(4, pid="p1.ben"))
    assert lane.round(GOOD) == [3], "other people go on"
    assert lane.offset == 4
    assert [reason for _, outcome, reason in lane.told if outcome == "parked"] == ["http_503"] + 2 * ["waits_behind"]
    lane.sleep()
    assert [lane.round(GOOD), lane.round(GOOD), lane.round(GOOD)] == [[0], [1], [2]]
    assert lane.state == {}


def test_a_restart_finds_the_parked_in_their_order_and_in_their_time() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, purposes=("b",)), delivery(3, pid="p1.ben"))
    lane.until_parked(others=2)
    before = {entry.offset: entry.next_at for entry in lane.entries("parked")}
    lane.restart()
    assert {entry.offset: entry.next_at for entry in lane.entries("parked")} == before
    assert lane.round(GOOD) == []
    assert lane.sleep()
    assert lane.now.wall == before[0]
    assert [lane.round(GOOD), lane.round(GOOD)] == [[0, 2], [1]]
    assert (lane.state, lane.offset) == ({}, 3)


def test_a_clock_that_was_set_back_delays_a_parked_one_by_a_day_at_most() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.until_parked()
    (key,) = lane.state
    lane.state[key] = lane.state[key].changed(next_at=NOW + 400 * DAY)
    lane.restart()
    began = lane.seconds
    assert lane.sleep()
    assert lane.seconds == began + 86_400


def test_past_its_deadline_it_fails_and_the_next_one_has_its_turn() -> None:
    lane = Driven(until_s=100)
    lane.arrive(delivery(1), delivery(2, purposes=("b",)))
    while not lane.letters:
        lane.round(DOWN)
        lane.sleep()
    assert lane.told[-1] == ("p1.ana", "failed", "gave_up_after_http_503")
    assert lane.seconds >= 100
    assert {entry.status for entry in lane.state.values()} == {"failed", "parked"}
    assert lane.round(GOOD) == [1]


def test_a_refusal_fails_at_once_and_blocks_nobody() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, purposes=("b",)))
    assert [lane.round(REFUSED), lane.round(GOOD)] == [[0], [1]]
    assert [letter.reason for letter in lane.letters] == ["http_400"]
    assert [entry.offset for entry in lane.entries("failed")] == [0]


def test_a_manual_task_is_settled_and_blocks_nobody() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, purposes=("b",)))
    assert [lane.round(Result("manual_task")), lane.round(GOOD)] == [[0], [1]]
    assert (lane.offset, len(lane.entries("manual_task"))) == (2, 1)


def test_a_note_is_kept_through_parking_and_restart() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "delete"))
    (call,) = lane.start()
    lane.core.noted(call.jobs[0], REFS, lane.now)
    lane.commit()
    lane.restart()
    (again,) = lane.start()
    assert (again.jobs[0].refs, again.jobs[0].attempt) == (REFS, 1)
    lane.answer(again, DOWN)
    lane.until_parked()
    lane.restart()
    lane.sleep()
    (later,) = lane.start()
    assert later.jobs[0].refs == REFS
    lane.answer(later, GOOD)
    lane.commit()
    assert lane.state == {}


def test_lane_trouble_spends_no_tries_and_dead_letters_nobody() -> None:
    for trouble in (REJECTED, UNREACHABLE):
        lane = Driven()
        lane.arrive(*[delivery(number, pid=f"p1.{number}") for number in range(8)])
        assert len(lane.round(trouble)) == 8
        for _ in range(50):
            assert lane.round(trouble) == [], "nobody is called while it pauses"
            assert lane.sleep()
            assert len(lane.round(trouble)) == 1
        assert (lane.told, lane.letters, lane.offset) == ([], [], 0)
        lane.sleep()
        assert len(lane.round(GOOD)) == 1
        assert len(lane.round(GOOD)) == 7
        assert lane.offset == 8
        assert {record.attempt for record in lane.audit} == {1}


def test_a_probe_that_is_broken_off_makes_room_for_another_and_an_answered_call_ends_only_once() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, pid="p1.ben"), delivery(3, pid="p1.eva"))
    first, *others = lane.start()
    lane.answer(first, REJECTED)
    for call in (first, *others):
        lane.core.ended(call, lane.now)
    lane.restart()
    lane.sleep()
    (probe,) = lane.start()
    assert lane.start() == []
    lane.core.ended(probe, lane.now)
    (probe,) = lane.start()
    lane.answer(probe, GOOD)
    lane.core.ended(probe, lane.now)
    assert lane.breaker.cause is None


def test_a_long_wish_of_the_vendor_holds_everybody_and_spends_nobodys_tries() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, pid="p1.ben"))
    first, _ = lane.start()
    lane.arrive(delivery(3, pid="p1.eva"))
    lane.answer(first, VendorUnavailable("http_429", status=429, retry_after=600))
    assert lane.round(GOOD) == []
    assert lane.sleep()
    assert lane.seconds == 600
    assert lane.round(BUSY) == [2, 0]


def test_who_failed_in_one_call_is_tried_again_in_one_call() -> None:
    lane = Driven(batch=100)
    lane.arrive(*[delivery(number, "delete", f"p1.{number}") for number in range(3)])
    assert lane.round(DOWN) == [0, 1, 2]
    lane.sleep()
    (call,) = lane.start()
    assert len(call.jobs) == 3


def test_it_has_no_room_for_more_than_it_may_hold() -> None:
    lane = Driven(calls=1)
    lane.arrive(*[delivery(number, pid=f"p1.{number}") for number in range(50)])
    assert not lane.core.has_room
    lane.round(GOOD)
    assert lane.core.has_room


def test_nor_when_too_many_are_parked() -> None:
    lane = Driven()
    lane.arrive(delivery(0))
    lane.until_parked()
    lane.arrive(*[delivery(number, purposes=(f"{number}",)) for number in range(1, 50)])
    lane.commit()
    assert (lane.offset, lane.core.has_room) == (50, False)


def test_a_record_that_an_earlier_owner_settled_and_a_copy_of_a_parked_one_are_passed_over() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.until_parked()
    lane.arrive(delivery(1))
    lane.commit()
    assert (lane.offset, len(lane.state), lane.round(GOOD)) == (2, 1, [])
    lane.settled = frozenset({2})
    lane.log.append(delivery(3, pid="p1.ben"))
    lane.restart()
    assert lane.round(GOOD) == []
