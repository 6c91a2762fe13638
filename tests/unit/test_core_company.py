"""Calls for several people: who waits for company, for how long, and what may happen meanwhile."""

from __future__ import annotations

from delivering_support import GOOD, REJECTED, Driven, deletions, delivery, people


def test_deletions_wait_for_one_another_and_the_core_says_when_to_come_back() -> None:
    lane = Driven(batch=3, wait_s=0.25)
    lane.arrive(*deletions(1))
    assert lane.start() == []
    lane.seconds = 0.125
    lane.arrive(*deletions(2))
    assert lane.start() == []
    assert lane.sleep()
    assert lane.seconds == 0.25
    assert [people(call) for call in lane.start()] == [["p1.1", "p1.2"]]


def test_two_instructions_of_one_person_are_never_in_one_call() -> None:
    lane = Driven(batch=3)
    lane.arrive(delivery(1, pid="p1.a"), delivery(2, pid="p1.a", purposes=("b",)), delivery(3, pid="p1.b"))
    assert lane.round(GOOD) == [0, 2]
    assert lane.round(GOOD) == [1]


def test_a_newer_instruction_overtakes_one_that_waits_for_company() -> None:
    lane = Driven(batch=3, wait_s=1.0)
    lane.arrive(delivery(1, "grant"), *deletions(2))
    assert lane.start() == []
    lane.arrive(delivery(3))
    lane.commit()
    assert lane.told == [("p1.ana", "superseded", "overtaken")]
    lane.start()
    assert lane.sleep()
    assert lane.round(GOOD) == [1, 2]


def test_a_restart_forgets_nobody_who_waited_for_company() -> None:
    lane = Driven(batch=3, wait_s=1.0)
    lane.arrive(*deletions(1, 2))
    assert lane.start() == []
    lane.restart()
    assert lane.start() == []
    lane.sleep()
    assert lane.round(GOOD) == [0, 1]


def test_the_probe_is_one_person_who_does_not_wait_for_company() -> None:
    lane = Driven(batch=3, wait_s=100.0)
    lane.arrive(*deletions(1, 2, 3, 4))
    assert lane.round(REJECTED) == [0, 1, 2]
    lane.sleep()
    (probe,) = lane.start()
    assert (probe.probe, len(probe.jobs)) == (True, 1)
    lane.answer(probe, GOOD)
    lane.commit()
    assert [len(call.jobs) for call in lane.start()] == [3]
