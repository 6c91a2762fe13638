"""What a newer instruction does to what the lane already holds of the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from delivering_support import DOWN, GOOD, REFUSED, REJECTED, SPOILT, Driven, delivery
from plan_support import NOW

if TYPE_CHECKING:
    from schemas.errors import VendorError
    from schemas.records import Action


def test_a_newer_instruction_supersedes_what_waits_and_leaves_what_is_in_the_air() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "grant"))
    (call,) = lane.start()
    lane.arrive(delivery(2, "grant"), delivery(3))
    lane.answer(call, GOOD)
    lane.commit()
    assert lane.told == [("p1.ana", "superseded", "overtaken"), ("p1.ana", "executed", None)]
    assert lane.round(GOOD) == [2]
    assert lane.offset == 3


def test_a_newer_instruction_waits_until_it_is_committed_that_it_superseded_the_older() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "grant"), delivery(2))
    assert lane.start() == [], "after a death the older one would be read again, and follow the newer one"
    lane.commit()
    assert lane.round(GOOD) == [1]


def test_a_newer_instruction_takes_its_part_out_of_a_parked_one() -> None:
    lane = Driven()
    lane.arrive(delivery(1, purposes=("a", "b")))
    lane.until_parked()
    lane.arrive(delivery(2, "grant", purposes=("b",)))
    lane.commit()
    kept = {entry.offset: entry for entry in lane.entries("parked")}
    assert [cell.purpose for cell in kept[0].delivery.overtaken] == ["b"]
    assert kept[1].reason == "waits_behind"
    lane.restart()
    lane.sleep()
    assert [lane.round(GOOD), lane.round(GOOD)] == [[0], [1]]


def test_when_nothing_is_left_of_a_parked_one_the_newer_one_need_not_wait_for_its_time() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.until_parked()
    lane.arrive(delivery(2, "delete"))
    lane.commit()
    assert lane.told[-1] == ("p1.ana", "superseded", "overtaken")
    assert (lane.state, lane.round(GOOD)) == ({}, [1])


def test_a_deletion_that_came_in_late_neither_supersedes_nor_is_superseded() -> None:
    lane = Driven()
    lane.arrive(
        delivery(5, "grant"),
        delivery(6, "delete", event_id="e", occurred_at=NOW - 5000),
        delivery(7, "grant", event_id="e", occurred_at=NOW - 5000),
    )
    assert [lane.round(GOOD) for _ in range(3)] == [[0], [1], [2]]


@pytest.mark.parametrize("kind", ["withdraw", "delete"])
@pytest.mark.parametrize("answer", [DOWN, REJECTED, SPOILT, None], ids=["down", "rejected", "spoilt", "broken off"])
@pytest.mark.parametrize("budget_s", [0.0, 30.0], ids=["parked", "quick"])
def test_what_comes_back_undone_is_not_tried_again_before_what_came_in_meanwhile(
    answer: VendorError | None, budget_s: float, kind: Action
) -> None:
    lane = Driven(budget_s=budget_s, batch=2)
    lane.arrive(delivery(1, "grant"), delivery(2, "grant", "p1.ben"))
    (call,) = lane.start()
    lane.arrive(delivery(3, kind))
    lane.answer(call, answer) if answer else lane.core.ended(call, lane.now)
    lane.commit()
    lane.seconds += 600
    assert ("p1.ana", "superseded", "overtaken") in lane.told
    assert 2 in lane.round(GOOD) + lane.round(GOOD)
    assert {entry.delivery.pid for entry in lane.state.values()} <= {"p1.ben"}


def test_of_what_comes_back_undone_only_the_rest_is_tried_again() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "grant", purposes=("a", "b")))
    (call,) = lane.start()
    lane.arrive(delivery(2, purposes=("a",)))
    lane.answer(call, DOWN)
    lane.commit()
    lane.seconds += 10
    (call,) = lane.start()
    assert [cell.purpose for cell in call.jobs[0].delivery.overtaken] == ["a"]
    lane.answer(call, REFUSED)
    lane.commit()
    assert lane.round(GOOD) == [1]
    assert [entry.delivery.overtaken for entry in lane.entries("failed")] == [call.jobs[0].delivery.overtaken]
