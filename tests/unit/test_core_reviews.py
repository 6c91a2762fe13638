"""What a vendor had to keep for a time: it begins anew at its date, unless a legal hold keeps the person's data."""

from __future__ import annotations

import pytest
from delivering_support import DOWN, GOOD, REFS, Driven, delivery
from plan_support import NOW

from processors.delivering import reviews
from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE
from processors.vendors.base import Result
from schemas.records import Evidence
from schemas.times import DAY, SECOND

YEARS = 4000 * DAY
ANA, BEN = "p1.ana", "p1.ben"


def keeps(at: int = NOW + YEARS) -> Result:
    return Result("retained", "transactions", Evidence(status=200), review_at=at)


def retained(*people: str, at: int = NOW + YEARS) -> Driven:
    """The vendor keeps these until then."""
    lane = Driven()
    for number, pid in enumerate(people or (ANA,), 1):
        lane.arrive(delivery(number, "delete", pid))
        (call,) = lane.start()
        lane.core.noted(call.jobs[0], REFS, lane.now)
        lane.answer(call, keeps(at))
        lane.commit()
    lane.audit.clear()
    lane.told.clear()
    return lane


def until_then(lane: Driven) -> None:
    """A lane never sleeps longer than a day: the clock may be set."""
    for _ in range(4001):
        if lane.core.wakes_at(lane.now) == lane.seconds:
            return
        assert lane.sleep()
        assert lane.start() == []
    pytest.fail("its date never came")


def look(lane: Driven, *held: str) -> list[str]:
    """Who was due."""
    due = lane.core.reviews.due(lane.now)
    lane.core.reviews.decide(due, held, lane.now)
    lane.commit()
    return [entry.delivery.pid for entry in due]


@pytest.mark.parametrize("restarts", [False, True])
def test_it_is_sent_again_in_a_new_cycle_with_time_enough(*, restarts: bool) -> None:
    lane = retained()
    (entry,) = lane.entries("retained")
    assert (entry.next_at, entry.reason, entry.refs, lane.offset) == (NOW + YEARS, "transactions", REFS, 1)
    assert look(lane) == []
    if restarts:
        lane.restart()
    until_then(lane)
    if restarts:
        lane.restart()
    assert look(lane) == [ANA]
    (cycle,) = lane.audit
    assert (cycle.kind, cycle.cycle, cycle.reason, cycle.at) == ("cycle", 1, "review_date", NOW + YEARS)
    (entry,) = lane.entries("parked")
    again = entry.delivery
    assert (again.received_at, again.due_at, again.rule) == (cycle.at, cycle.at + INTERNAL_LIMIT, INTERNAL_RULE)
    assert entry.refs == REFS, "whom the vendor has masked, it finds by no name"
    if restarts:
        lane.restart()
    assert look(lane) == []
    lane.round(DOWN)
    assert lane.told == [], "tried again in its own time, and not given up at once for its age"
    assert lane.sleep()
    lane.round(GOOD)
    assert (lane.told, lane.state) == ([(ANA, "executed", None)], {})
    assert lane.audit[-1].cycle == 1


def test_whom_a_hold_keeps_waits_day_by_day_until_it_is_lifted() -> None:
    lane = retained(ANA, BEN)
    until_then(lane)
    assert look(lane, ANA) == [ANA, BEN]
    assert lane.round(GOOD) == [1]
    assert [entry.delivery.pid for entry in lane.entries("retained")] == [ANA]
    assert (look(lane), lane.core.wakes_at(lane.now)) == ([], lane.seconds + DAY / SECOND)
    lane.sleep()
    assert look(lane, ANA) == [ANA]
    lane.restart()
    assert look(lane) == [ANA], "after a restart it is looked at once more"
    assert lane.round(GOOD) == [0]
    assert lane.state == {}


def test_the_vendor_may_have_to_keep_it_once_more() -> None:
    lane = retained()
    until_then(lane)
    look(lane)
    lane.round(keeps(NOW + 2 * YEARS))
    (entry,) = lane.entries("retained")
    assert (entry.next_at, entry.delivery.cycle) == (NOW + 2 * YEARS, 1)
    until_then(lane)
    assert look(lane) == [ANA]
    assert [one.cycle for one in lane.audit if one.kind == "cycle"] == [1, 2]


def test_what_the_vendor_keeps_longer_than_it_must_is_a_persons_work() -> None:
    lane = retained()
    until_then(lane)
    look(lane)
    lane.round(keeps())
    assert lane.told == [(ANA, "manual_task", "retention_over")]
    assert (len(lane.entries("manual_task")), len(lane.state), look(lane)) == (1, 1, [])
    assert lane.core.wakes_at(lane.now) is None, "it isn't asked again and again"


def test_what_has_no_date_is_not_kept() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "delete"))
    lane.round(Result("retained", "transactions", Evidence(status=200)))
    assert lane.state == {}


def test_a_decision_about_what_has_changed_meanwhile_counts_no_more() -> None:
    lane = retained()
    until_then(lane)
    due = lane.core.reviews.due(lane.now)
    assert len(due) == 1
    lane.core.reviews.decide(due, (), lane.now)
    lane.core.reviews.decide(due, (), lane.now)
    lane.commit()
    assert [one.kind for one in lane.audit] == ["cycle"]


def test_of_two_deletions_of_a_person_each_is_sent_as_each_has_masked_its_own_records() -> None:
    lane = retained(ANA, ANA)
    until_then(lane)
    assert look(lane) == [ANA, ANA]
    assert [lane.round(GOOD) for _ in range(2)] == [[0], [1]]
    assert [word for _, word, _ in lane.told] == ["executed", "executed"]
    assert lane.state == {}


def test_so_many_begin_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "MOST_AT_ONCE", 2)
    lane = retained(*(f"p1.{number}" for number in range(5)))
    until_then(lane)
    assert [len(look(lane)) for _ in range(4)] == [2, 2, 1, 0]
    assert len(lane.entries("parked")) == 5


def test_while_those_that_are_due_are_looked_at_nobody_is_woken_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "MOST_AT_ONCE", 1)
    lane = retained("p1.1", "p1.2")
    until_then(lane)
    due = lane.core.reviews.due(lane.now)
    assert lane.core.reviews.wakes_at(lane.now) is None
    lane.core.reviews.decide(due, (), lane.now)
    assert lane.core.reviews.wakes_at(lane.now) == lane.seconds
