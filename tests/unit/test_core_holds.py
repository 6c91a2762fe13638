"""What keeps deliveries back beside failures: a surge of deletions, a cancel window, a dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivering_support import DOWN, GOOD, REDRIVE, REHEARSED, Driven, delivery
from plan_support import DAY, NOW

from processors.delivering.holds import LIVE, Rules, window_end
from processors.delivering.surge import DeletionCount
from processors.switches import TOGETHER
from schemas.times import SECOND

if TYPE_CHECKING:
    from typing import Any

HOUR_S = 3600.0
WINDOW = Rules(window_s=HOUR_S)


def guarded(*, rules: Rules = LIVE, **more: Any) -> Driven:
    """Every deletion is one too many."""
    lane = Driven(rules=rules, **more)
    lane.core.holds.surge = DeletionCount(1000)
    return lane


def let_go(lane: Driven, status: str = "held") -> dict[str, int]:
    holds = lane.core.holds
    return dict(holds.release(holds.chosen(lambda one: one.status == status), REDRIVE, lane.now))


def cancel(lane: Driven, number: int) -> int:
    found = lane.core.holds.chosen(lambda one: one.delivery.event_id == f"event-{number}")
    lane.core.holds.cancel(found, REDRIVE, lane.now)
    lane.commit()
    return len(found)


def test_a_held_deletion_waits_for_somebody_and_a_restart_changes_nothing() -> None:
    lane = guarded()
    lane.arrive(delivery(1, "delete"), delivery(2, pid="p1.ben"))
    assert lane.round(GOOD) == [1]
    assert (lane.offset, lane.settled) == (2, frozenset())
    lane.restart()
    lane.seconds += 40 * DAY / 1e6
    assert (lane.round(GOOD), lane.core.statuses["held"]) == ([], 1)
    assert let_go(lane) == {"parked": 1}
    lane.commit()
    assert lane.round(GOOD) == [0]
    assert lane.told == [
        ("p1.ana", "held", "surge"),
        ("p1.ben", "executed", None),
        ("p1.ana", "executed", None),
    ]
    (released,) = [one for one in lane.audit if one.kind == "released"]
    assert released.command
    assert (released.reason, released.command.by) == (REDRIVE.reason, REDRIVE.by)


def test_a_withdrawal_goes_past_a_held_deletion_and_a_grant_waits_behind_it() -> None:
    lane = guarded()
    lane.arrive(
        delivery(1, "delete"),
        delivery(2, "grant", purposes=("one", "two")),
        delivery(3, purposes=("two", "three")),
        delivery(4, "grant", purposes=("three",)),
    )
    lane.commit()
    assert lane.round(GOOD) == [2]
    assert lane.round(GOOD) == []
    assert let_go(lane) == {"parked": 1}
    lane.commit()
    assert [lane.round(GOOD) for _ in range(3)] == [[0], [1], [3]]
    grants = [one for one in lane.audit if one.kind == "overtaken"]
    assert [cell.purpose for one in grants for leg in one.legs or () for cell in leg.overtaken] == ["two", "three"]


def test_where_there_is_one_switch_a_withdrawal_that_goes_past_a_grant_takes_all_of_it() -> None:
    lane = guarded(rules=Rules(switches=TOGETHER))
    lane.arrive(delivery(1, "delete"), delivery(2, "grant", purposes=("one",)), delivery(3, purposes=("two",)))
    lane.commit()
    assert lane.round(GOOD) == [2]
    assert ("p1.ana", "superseded", "overtaken") in lane.told, "else it would switch on what was withdrawn"


def test_a_withdrawal_that_fails_behind_a_held_deletion_is_tried_again_in_its_own_time() -> None:
    lane = guarded(budget_s=0)
    lane.arrive(delivery(1, "delete"), delivery(2))
    lane.commit()
    assert lane.round(DOWN) == [1]
    assert (lane.core.statuses["held"], lane.core.statuses["parked"]) == (1, 1)
    assert lane.sleep()
    assert lane.round(GOOD) == [1]


def test_a_later_deletion_takes_the_place_of_a_held_one() -> None:
    lane = guarded()
    lane.arrive(delivery(1, "delete"))
    lane.core.holds.surge = None
    lane.arrive(delivery(2, "delete"))
    lane.commit()
    assert lane.round(GOOD) == [1]
    assert lane.state == {}


def test_a_deletion_waits_for_its_cancel_window_and_no_longer() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(
        delivery(1, "delete"), delivery(2, pid="p1.ben"), delivery(3, "delete", "p1.eva", received_at=NOW - DAY)
    )
    lane.commit()
    (waiting,) = lane.entries("waiting")
    assert waiting.next_at == NOW + HOUR_S * SECOND
    assert sorted(lane.round(GOOD)) == [1, 2], "the third one's window was over when it came"
    lane.restart()
    assert lane.sleep()
    assert lane.seconds == HOUR_S
    assert lane.round(GOOD) == [0]


def test_the_window_is_over_only_when_the_wall_clock_says_so_too() -> None:
    lane = Driven(rules=Rules(window_s=3 * 86_400.0))
    lane.arrive(delivery(1, "delete"))
    lane.commit()
    looks = 0
    while not lane.start():
        assert lane.sleep()
        looks += 1
    assert (lane.seconds, looks) == (3 * 86_400.0, 3)


def test_the_window_takes_at_most_half_of_the_time_that_the_law_gives() -> None:
    one = delivery(1, "delete", received_at=NOW, due_at=NOW + 30 * DAY)
    assert window_end(one, HOUR_S) == NOW + HOUR_S * SECOND
    assert window_end(one, 90 * 86_400.0) == NOW + 15 * DAY
    assert window_end(one.changed(due_at=NOW - DAY), HOUR_S) == NOW


def test_asking_twice_delays_nothing() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "delete"))
    lane.seconds = 3000.0
    lane.arrive(delivery(2, "delete", received_at=NOW + 3000 * SECOND))
    lane.commit()
    (waiting,) = lane.entries("waiting")
    assert (waiting.offset, waiting.next_at) == (1, NOW + HOUR_S * SECOND)


def test_a_cancelled_deletion_is_never_sent_and_what_stood_behind_it_goes_on() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "delete"), delivery(2, "grant"))
    lane.commit()
    assert cancel(lane, 1) == 1
    assert lane.round(GOOD) == [1]
    (cancelled,) = [one for one in lane.audit if one.outcome == "cancelled"]
    assert cancelled.command
    assert (cancelled.action, cancelled.reason, cancelled.command.by) == ("delete", "mended", "ops")
    assert cancel(lane, 1) == 0
    assert lane.state == {}


def test_what_is_in_the_air_or_was_tried_cant_be_cancelled() -> None:
    lane = Driven(rules=WINDOW, budget_s=0)
    lane.arrive(delivery(1, "delete"))
    lane.commit()
    assert lane.sleep()
    (call,) = lane.start()
    assert cancel(lane, 1) == 0
    lane.answer(call, DOWN)
    assert cancel(lane, 1) == 0


def test_a_window_that_is_over_while_the_lane_is_paused_can_still_be_used() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "delete"))
    lane.commit()
    lane.core.paused = True
    lane.seconds += 2 * HOUR_S
    lane.restart()
    lane.core.paused = True
    assert cancel(lane, 1) == 1


def test_a_deletion_that_comes_in_over_a_grant_in_the_air_keeps_its_place_behind_it() -> None:
    lane = Driven(rules=WINDOW)
    lane.arrive(delivery(1, "grant"))
    (_call,) = lane.start()
    lane.arrive(delivery(2, "delete"))
    lane.commit()
    lane.seconds += 2 * HOUR_S
    lane.restart()
    assert lane.round(GOOD) == [0], "its outcome is unknown, so it is done again first"
    assert lane.round(GOOD) == [1]


def test_a_dry_run_keeps_all_of_a_person_and_sends_it_in_order_when_it_is_live() -> None:
    lane = Driven(rules=Rules(dry=True, window_s=HOUR_S))
    lane.arrive(delivery(1, "delete"), delivery(2, "grant"), delivery(3, purposes=("two",)))
    assert [lane.round(REHEARSED) for _ in range(4)] == [[0], [1], [2], []]
    assert [entry.attempt for entry in lane.entries("dry_run")] == [0, 0, 0]
    assert {one.evidence for one in lane.audit if one.outcome == "dry_run"} == {REHEARSED.evidence}
    lane.rules = WINDOW
    lane.restart()
    lane.arrive(delivery(4, purposes=("four",)), delivery(5, pid="p1.ben"))
    lane.commit()
    assert lane.round(GOOD) == [4], "nothing of hers goes past what is not released"
    assert let_go(lane, "dry_run") == {"waiting": 1, "parked": 2}
    lane.commit()
    (waits,) = [one for one in lane.audit if one.outcome == "waiting"]
    assert (waits.action, waits.reason) == ("delete", "cancel_window"), "released, and not sent yet"
    assert [lane.round(GOOD) for _ in range(2)] == [[2], [3]], "withdrawals go past the cancel window"
    assert lane.sleep()
    assert [lane.round(GOOD) for _ in range(3)] == [[0], [1], []]


def test_a_dry_run_rehearses_what_was_parked_before() -> None:
    lane = Driven(budget_s=0)
    lane.arrive(delivery(1), delivery(2, "grant", purposes=("two",)))
    lane.until_parked(others=1)
    lane.rules = Rules(dry=True)
    lane.restart()
    assert lane.sleep()
    assert [lane.round(REHEARSED) for _ in range(2)] == [[0], [1]]
    assert lane.core.statuses["dry_run"] == 2
