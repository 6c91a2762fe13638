"""Who is tried again: before all who were not tried yet, as long as it is quick; nobody else pays for it."""

from __future__ import annotations

from delivering_support import DOWN, GOOD, REFS, REJECTED, Driven, delivery

WAITED_S = 5
"""By then a quick retry is due."""


def test_a_quick_retry_is_one_behind_a_long_queue_too() -> None:
    lane = Driven(calls=1)
    lane.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(9)))
    assert lane.round(DOWN) == [0]
    assert lane.round(GOOD) == [1], "while the first one waits"
    lane.seconds += WAITED_S
    assert [lane.round(GOOD) for _ in range(3)] == [[0], [2], [3]]


def test_what_was_parked_waits_its_turn() -> None:
    lane = Driven(calls=1)
    lane.arrive(delivery(1))
    lane.until_parked()
    lane.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(2, 5)))
    lane.seconds += 60
    assert [lane.round(GOOD) for _ in range(4)] == [[1], [2], [3], [0]]


def test_who_is_tried_again_does_not_find_out_for_all_others_how_the_vendor_is() -> None:
    lane = Driven(calls=1)
    lane.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(9)))
    assert lane.round(DOWN) == [0]
    lane.breaker.end("p1.8", [REJECTED], lane.seconds, probe=False)
    lane.seconds += WAITED_S
    assert lane.round(GOOD) == [1]
    assert lane.breaker.cause is None
    assert lane.round(GOOD) == [0]


def test_what_begins_anew_before_it_has_ended_outlives_its_own_end() -> None:
    lane, gone = Driven(), delivery(1, "delete")
    lane.arrive(gone)
    (call,) = lane.start()
    lane.core.noted(call.jobs[0], REFS, lane.now)  # it may be half done, so nothing takes its place
    lane.answer(call, DOWN)
    lane.commit()
    lane.until_parked()
    lane.arrive(gone.changed(cycle=1))  # the end of a hold, at another connection of the recipient's
    lane.commit()
    while not lane.round(GOOD):
        assert lane.sleep()
    lane.restart()
    while not lane.round(GOOD):
        assert lane.sleep()
    done = [(one.cycle, one.outcome) for one in lane.audit if one.outcome == "executed"]
    assert done == [(0, "executed"), (1, "executed")]
    assert lane.state == {}
