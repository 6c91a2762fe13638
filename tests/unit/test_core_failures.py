"""What has failed is kept to be sent again, but not for good."""

from __future__ import annotations

import pytest
from delivering_support import GOOD, REDRIVE, REFUSED, Driven, delivery

from processors.closing.deadlines import KEPT_FOR
from processors.delivering.redrives import Redriven

ANA, BEN = "p1.ana", "p1.ben"
KEPT_S = KEPT_FOR / 1e6
DAY_S = 86_400.0


def failed(*, restarts: bool = False) -> Driven:
    """Ana's was refused at once, Ben's a day later."""
    lane = Driven()
    for number, pid in enumerate((ANA, BEN), 1):
        lane.arrive(delivery(number, pid=pid))
        lane.round(REFUSED)
        lane.seconds += DAY_S
    if restarts:
        lane.restart()
    lane.seconds = KEPT_S - 1.0
    lane.audit.clear()
    return lane


def kept(lane: Driven) -> list[str]:
    return [entry.delivery.pid for entry in lane.entries("failed")]


@pytest.mark.parametrize("restarts", [False, True])
def test_each_is_let_go_when_its_time_is_over_and_nothing_more_is_told(*, restarts: bool) -> None:
    lane = failed(restarts=restarts)
    lane.round(GOOD)
    assert kept(lane) == [ANA, BEN]
    assert lane.core.wakes_at(lane.now) == KEPT_S
    lane.seconds = KEPT_S
    assert lane.start() == []
    assert lane.core.is_dirty
    lane.commit()
    assert kept(lane) == [BEN]
    lane.seconds += DAY_S
    lane.round(GOOD)
    assert (lane.state, lane.audit, lane.letters[2:]) == ({}, [], [])
    assert lane.core.wakes_at(lane.now) is None


def test_until_then_it_can_be_sent_again_and_then_not_any_more() -> None:
    lane = failed()
    assert lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(f"{1:064x}"), lane.now) == Redriven(1, 0, 0)
    lane.commit()
    lane.seconds = KEPT_S + 2 * DAY_S
    assert lane.round(GOOD) == [0], "it has begun anew, and is no failure any more"
    assert lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(None), lane.now) == Redriven(0, 0, 0)
    assert lane.state == {}


def test_a_lane_is_looked_at_once_a_day_as_its_clock_may_be_set() -> None:
    lane = failed()
    lane.seconds = 2 * DAY_S
    lane.start()
    assert lane.core.wakes_at(lane.now) == 3 * DAY_S
