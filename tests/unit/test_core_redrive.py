"""What failed and is sent once more: a new cycle, in its old place, with what newer choices left of it."""

from __future__ import annotations

import pytest
from delivering_support import DOWN, GOOD, REDRIVE, REFS, REFUSED, REJECTED, Driven, delivery

from processors.delivering import redrives
from processors.delivering.redrives import Redriven
from schemas.ids import outcome_record_id


def failed(*deliveries: object) -> Driven:
    """All of these were refused."""
    lane = Driven()
    for one in deliveries:
        lane.arrive(one)  # type: ignore[arg-type]
        lane.round(REFUSED)
    assert len(lane.entries("failed")) == len(deliveries)
    lane.told.clear()
    return lane


def again(lane: Driven, wanted: str | None = None) -> Redriven:
    return lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(wanted), lane.now)


def test_it_starts_a_new_cycle_and_the_audit_says_who_wanted_it() -> None:
    lane = failed(delivery(1))
    lane.audit.clear()
    assert again(lane) == Redriven(1, 0, 0)
    assert lane.start() == [], "not before that is committed"
    lane.commit()
    (cycle,) = lane.audit
    assert (cycle.kind, cycle.cycle, cycle.reason, cycle.pid) == ("cycle", 1, "mended", "p1.ana")
    assert cycle.command
    assert (cycle.command.command_id, cycle.command.by) == ("c-1", "ops")
    (entry,) = lane.entries("parked")
    assert (entry.delivery.cycle, entry.attempt, entry.reason) == (1, 0, "redriven")
    assert lane.round(GOOD) == [0]
    assert (lane.told, lane.state) == ([("p1.ana", "executed", None)], {})
    assert lane.audit[-1].record_id == outcome_record_id("outcome", f"{1:064x}", 1, "executed", 1)


def test_a_restart_finds_it_and_does_not_begin_a_third_cycle() -> None:
    lane = failed(delivery(1))
    again(lane)
    lane.commit()
    lane.restart()
    assert again(lane) == Redriven(0, 0, 0)
    assert lane.round(GOOD) == [0]
    assert lane.state == {}


def test_one_of_them_or_all() -> None:
    lane = failed(delivery(1), delivery(2, pid="p1.ben"), delivery(3, pid="p1.eva"))
    assert again(lane, f"{2:064x}") == Redriven(1, 0, 0)
    assert again(lane, "nobody's") == Redriven(0, 0, 0)
    lane.commit()
    assert lane.round(GOOD) == [1]
    assert again(lane) == Redriven(2, 0, 0)
    lane.commit()
    assert lane.round(GOOD) == [0, 2]


def test_it_may_fail_again_and_be_sent_again() -> None:
    lane = failed(delivery(1))
    for cycle in (1, 2):
        again(lane)
        lane.commit()
        assert lane.round(REFUSED) == [0]
        assert [entry.delivery.cycle for entry in lane.entries("failed")] == [cycle]
    assert len(lane.letters) == 3


def test_what_was_settled_meanwhile_is_out_of_it_and_the_audit_tells_what_is_sent() -> None:
    lane = failed(delivery(1, "grant", purposes=("a", "b")))
    lane.arrive(delivery(2, purposes=("a",)))
    lane.round(GOOD)
    again(lane)
    lane.commit()
    (shrunk,) = [record for record in lane.audit if record.kind == "overtaken"]
    assert shrunk.legs
    assert [cell.purpose for cell in shrunk.legs[0].overtaken] == ["a"]
    (call,) = lane.start()
    assert call.jobs[0].delivery.overtaken == shrunk.legs[0].overtaken


@pytest.mark.parametrize("in_the_air", [True, False])
def test_nothing_is_left_when_newer_ones_are_on_their_way(in_the_air: bool) -> None:  # noqa: FBT001
    lane = failed(delivery(1, "grant"))
    lane.arrive(delivery(2))
    calls = lane.start() if in_the_air else []
    assert again(lane) == Redriven(0, 1, 0)
    lane.commit()
    assert lane.told == [("p1.ana", "superseded", "overtaken")]
    assert lane.state == {}
    for call in calls:
        lane.answer(call, GOOD)
    lane.round(GOOD)
    assert lane.told[1:] == [("p1.ana", "executed", None)]


def test_an_older_grant_is_not_sent_past_a_withdrawal_that_has_failed_too() -> None:
    lane = failed(delivery(1, "grant"), delivery(2))
    assert again(lane, f"{1:064x}") == Redriven(0, 1, 0)
    assert again(lane) == Redriven(1, 0, 0)
    lane.commit()
    assert lane.round(GOOD) == [1]


def test_it_goes_before_what_came_in_after_it_and_behind_what_is_in_the_air() -> None:
    lane = failed(delivery(1, "delete"), delivery(2, purposes=("two",)))
    lane.arrive(delivery(3, "grant", purposes=("three",)), delivery(4, "grant", purposes=("four",)))
    (call,) = lane.start()
    assert call.jobs[0].offset == 2
    assert again(lane) == Redriven(2, 0, 0)
    lane.answer(call, GOOD)
    lane.commit()
    assert [lane.round(GOOD) for _ in range(3)] == [[0], [1], [3]]


def test_what_was_in_the_air_and_comes_back_goes_behind_it() -> None:
    for answer in (DOWN, REJECTED, None):
        lane = failed(delivery(1, "delete"))
        lane.arrive(delivery(2, "grant", purposes=("two",)))
        (call,) = lane.start()
        again(lane)
        lane.answer(call, answer) if answer else lane.core.ended(call, lane.now)
        lane.commit()
        lane.seconds += 5
        assert [lane.round(GOOD) for _ in range(2)] == [[0], [1]]


def test_it_does_not_wait_behind_a_parked_one_that_came_in_later() -> None:
    lane = failed(delivery(1, purposes=("one",)))
    lane.arrive(delivery(2, purposes=("two",)))
    lane.until_parked()
    again(lane)
    lane.commit()
    assert lane.round(GOOD) == [0]
    assert lane.round(GOOD) == [1]


def test_what_is_known_of_the_vendors_record_is_kept() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "delete"))
    (call,) = lane.start()
    lane.core.noted(call.jobs[0], REFS, lane.now)
    lane.answer(call, REFUSED)
    lane.commit()
    again(lane)
    lane.commit()
    (call,) = lane.start()
    assert call.jobs[0].refs == REFS


def test_a_vendor_that_is_down_again_parks_it_as_any_other() -> None:
    lane = failed(delivery(1))
    again(lane)
    lane.commit()
    for _ in range(4):
        assert lane.round(DOWN) == [0]
        assert lane.sleep()
    assert lane.round(DOWN) == [0]
    (entry,) = lane.entries("parked")
    assert (entry.attempt, entry.reason, entry.delivery.cycle) == (5, "http_503", 1)


def test_no_more_at_once_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = failed(*(delivery(number, pid=f"p1.{number}") for number in range(5)))
    monkeypatch.setattr(redrives, "MOST_REDRIVEN", 3)
    assert again(lane) == Redriven(3, 0, 2)
    lane.commit()
    assert again(lane) == Redriven(2, 0, 0)
    lane.commit()
    assert sorted(lane.round(GOOD)) == [0, 1, 2, 3, 4]
