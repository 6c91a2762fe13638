"""While a deletion can still be cancelled, what it will undo is not undone yet."""

from __future__ import annotations

from delivering_support import DOWN, GOOD, REDRIVE, REFUSED, TASK, Driven, delivery
from plan_support import NOW
from test_core_holds import HOUR_S, WINDOW, cancel

from processors.delivering.surge import DeletionCount
from schemas.times import SECOND


def test_what_protects_and_came_before_is_done_while_a_deletion_can_still_be_cancelled() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "grant", purposes=("one",)), delivery(2, purposes=("two",)), delivery(3, "delete"))
    lane.commit()
    assert lane.round(GOOD) == [1], "the withdrawal; the grant would be undone"
    assert cancel(lane, 3) == 1
    assert [(outcome, reason) for _, outcome, reason in lane.told] == [
        ("waiting", "cancel_window"), ("superseded", "overtaken"), ("executed", None), ("cancelled", "mended")
    ]  # fmt: skip


def test_a_deletion_that_is_held_and_dropped_has_taken_nothing_with_it() -> None:
    lane = Driven(budget_s=0)
    lane.arrive(delivery(1), delivery(2, "delete", "p1.ben"))
    assert lane.round(DOWN) == [0, 1]
    lane.core.holds.surge = DeletionCount(1000)
    lane.arrive(delivery(3, "delete"), delivery(4, "delete", "p1.ben"))
    lane.commit()
    assert [cancel(lane, number) for number in (3, 4)] == [1, 1]
    assert lane.sleep()
    assert sorted([*lane.round(GOOD), *lane.round(GOOD)]) == [0, 1], "as if nobody had slipped"


def test_what_is_sent_once_more_is_not_overtaken_by_a_deletion_that_waits() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1))
    assert lane.round(REFUSED) == [0]
    lane.arrive(delivery(2, "delete"))
    lane.commit()
    assert lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(None), lane.now) == (1, 0, 0)
    lane.commit()
    assert lane.round(GOOD) == [0]


def test_a_task_is_overtaken_by_a_deletion_when_it_is_carried_out_and_not_before() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1))
    assert lane.round(TASK) == [0]
    lane.arrive(delivery(2, "delete"))
    lane.commit()
    assert len(lane.entries("manual_task")) == 1
    assert lane.sleep()
    assert lane.round(GOOD) == [1]
    assert lane.told[-1] == ("p1.ana", "superseded", "task_overtaken")


def test_who_asks_again_after_the_window_delays_nothing_either() -> None:
    lane = Driven(rules=WINDOW, budget_s=0)
    lane.arrive(delivery(1, "delete"))
    lane.commit()
    assert lane.sleep()
    assert lane.round(DOWN) == [0]
    lane.arrive(delivery(2, "delete", received_at=lane.now.wall))
    lane.commit()
    assert lane.sleep()
    assert lane.seconds < 2 * HOUR_S
    assert lane.round(GOOD) == [0]


def test_a_deletion_waits_for_no_withdrawal_that_fails_once_its_window_is_over() -> None:
    lane = Driven(rules=WINDOW, budget_s=0)
    lane.arrive(delivery(1), delivery(2, "delete"))
    lane.commit()
    assert lane.round(DOWN) == [0]
    while lane.seconds < HOUR_S:
        assert lane.sleep()
        if lane.seconds < HOUR_S:
            assert lane.round(DOWN) == [0]
    assert (lane.round(DOWN), lane.told[-1]) == ([], ("p1.ana", "superseded", "overtaken"))
    lane.restart()
    assert cancel(lane, 2) == 0, "or both would be lost"
    assert lane.round(GOOD) == [1]
    assert lane.state == {}


def test_nobody_decides_while_a_lane_is_paused_not_even_who_watches_it() -> None:
    lane = Driven(rules=WINDOW, budget_s=0)
    lane.arrive(delivery(1), delivery(2, "delete"))
    lane.commit()
    assert lane.round(DOWN) == [0]
    lane.core.paused = True
    lane.seconds += 2 * HOUR_S
    assert not lane.core.could_start(lane.now)
    assert not lane.core.is_dirty
    assert cancel(lane, 2) == 1, "it was never tried"
    lane.core.paused = False
    assert [lane.round(GOOD) for _ in range(2)] == [[0], []]


def test_what_was_tried_is_not_cancelled_any_more() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "delete"))
    lane.commit()
    assert lane.sleep()
    assert lane.round(DOWN) == [0]
    assert (cancel(lane, 1), lane.told[-1][1]) == (0, "waiting")
    assert lane.sleep()
    assert lane.round(GOOD) == [0]


def test_the_window_of_one_for_another_address_is_its_own() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "delete", names=(b"a",)))
    lane.seconds = HOUR_S - 60
    lane.arrive(delivery(2, "delete", names=(b"b",), received_at=lane.now.wall))
    lane.commit()
    assert [entry.next_at for entry in lane.entries("waiting")] == [NOW + 3600 * SECOND, NOW + 7140 * SECOND]
    lane.arrive(delivery(3, "delete", names=(b"a",), received_at=lane.now.wall))
    lane.commit()
    assert [entry.next_at for entry in lane.entries("waiting")] == [NOW + 7140 * SECOND, NOW + 3600 * SECOND]
