"""A lane partition that somebody has paused: nothing begins, nothing is forgotten."""

from __future__ import annotations

from delivering_support import DOWN, GOOD, REJECTED, Driven, delivery
from plan_support import DAY


def test_paused_it_starts_nothing_and_wants_no_look_until_it_goes_on() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, pid="p1.ben"))
    lane.core.paused = True
    assert lane.start() == []
    assert not lane.sleep()
    lane.core.paused = False
    assert lane.round(GOOD) == [0, 1]


def test_what_is_in_the_air_ends_and_what_it_decides_is_kept() -> None:
    lane = Driven()
    lane.arrive(delivery(1), delivery(2, purposes=("other",)))
    (call,) = lane.start()
    lane.core.paused = True
    lane.answer(call, GOOD)
    lane.commit()
    assert lane.told == [("p1.ana", "executed", None)]
    assert lane.start() == []
    assert (lane.offset, lane.core.is_dirty) == (1, False)


def test_what_was_broken_off_is_due_again_and_spends_no_try() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    (call,) = lane.start()
    lane.core.paused = True
    lane.core.ended(call, lane.now)
    assert lane.start() == []
    lane.core.paused = False
    (again,) = lane.start()
    assert (again.jobs, again.jobs[0].attempt) == (call.jobs, 0)


def test_a_probe_that_was_broken_off_is_made_when_it_goes_on() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.round(REJECTED)
    assert lane.sleep()
    (probe,) = lane.start()
    assert probe.probe
    lane.core.paused = True
    lane.core.ended(probe, lane.now)
    lane.core.paused = False
    assert [call.probe for call in lane.start()] == [True]


def test_newer_instructions_overtake_while_it_is_paused() -> None:
    lane = Driven()
    lane.core.paused = True
    lane.arrive(delivery(1, "grant"), delivery(2))
    lane.commit()
    assert lane.told == [("p1.ana", "superseded", "overtaken")]
    lane.core.paused = False
    assert lane.round(GOOD) == [1]


def test_nobody_fails_because_the_deadline_came_in_a_pause() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.until_parked()
    lane.core.paused = True
    lane.seconds += 40 * DAY / 1e6
    assert lane.round(DOWN) == []
    lane.core.paused = False
    assert lane.round(GOOD) == [0], "one last try"
    assert lane.told[-1] == ("p1.ana", "executed", None)
