"""More time for what is open of a request: a lane tries until then, and its tasks are due then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from delivering_support import DOWN, GOOD, LANE, REFUSED, TASK, Driven, delivery, running
from foreman_support import Site
from plan_support import DAY, NOW

from processors.vendors.later import Undone
from streams.commands.lane_state import Kept
from streams.commands.tasks_view import facts
from streams.lanes.orders.extending import DUE, EXTEND, PERSON

if TYPE_CHECKING:
    from schemas.records import LaneEntry

ANA, ONE, TWO = "p1.ana", f"{1:064x}", f"{2:064x}"
DUE_AT, LATER = NOW + 30 * DAY, NOW + 90 * DAY


def put_off(lane: Driven, *ids: str, until: int = LATER) -> int:
    return lane.core.deadlines.put_off(ANA, dict.fromkeys(ids, until), lane.now)


def dues(lane: Driven) -> dict[str, int]:
    return {entry.delivery.delivery_id: entry.delivery.due_at for entry in lane.state.values()}


def with_a_task() -> tuple[Driven, LaneEntry]:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.round(TASK)
    (entry,) = lane.entries("manual_task")
    return lane, entry


@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_parked_is_tried_until_the_later_date_and_not_given_up_at_the_earlier_one(*, restarts: bool) -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.until_parked()
    (before,) = lane.entries("parked")
    assert put_off(lane, ONE) == 1
    lane.commit()
    (after,) = lane.entries("parked")
    assert after == before.changed(delivery=before.delivery.changed(due_at=LATER))
    if restarts:
        lane.restart()
    for day in (31, 60, 89):
        lane.seconds = day * 86_400.0
        assert lane.round(DOWN) == [0]
    assert (lane.letters, len(lane.entries("parked"))) == ([], 1)
    lane.seconds = 91 * 86_400.0
    lane.round(DOWN)
    assert lane.told[-1] == (ANA, "failed", "gave_up_after_http_503")


def test_a_task_is_due_later_wherever_it_is_told() -> None:
    lane, entry = with_a_task()
    put_off(lane, ONE)
    lane.commit()
    (after,) = lane.entries("manual_task")
    told = facts(Kept(LANE, 0, after), {}, DUE_AT + DAY)
    assert (told["due_at"], told["overdue"], after.since) == ("2026-05-31T09:00:00.000Z", False, entry.since)


def test_what_nobody_has_parked_yet_is_kept_as_its_record_has_the_earlier_date() -> None:
    lane = Driven(calls=1)
    lane.arrive(delivery(1), delivery(2, "grant", purposes=("other",)))
    (call,) = lane.start()
    assert put_off(lane, ONE) == 1
    lane.commit()
    assert dues(lane) == {ONE: LATER, TWO: DUE_AT}
    lane.restart()
    assert lane.round(GOOD) == [0]
    assert lane.round(GOOD) == [1]
    assert (lane.state, lane.offset, call.jobs[0].delivery.due_at) == ({}, 2, LATER)


@pytest.mark.parametrize("restarts", [False, True])
def test_what_a_vendor_runs_a_job_for_has_more_time_if_it_is_to_be_done_anew(*, restarts: bool) -> None:
    lane = running()
    (key,) = (entry.delivery.delivery_id for entry in lane.entries("accepted"))
    assert lane.core.deadlines.put_off("p1.0", {key: LATER}, lane.now) == 1
    lane.commit()
    assert dues(lane) == {key: LATER}
    if restarts:
        lane.restart()
    lane.seconds = 31 * 86_400.0
    (call,) = lane.start()
    lane.answer(call, Undone(DOWN))
    lane.commit()
    assert (lane.letters, dues(lane), len(lane.entries("parked"))) == ([], {key: LATER}, 1)


def test_what_has_failed_is_tried_until_then_if_it_is_sent_once_more() -> None:
    lane = Driven()
    lane.arrive(delivery(1))
    lane.round(REFUSED)
    put_off(lane, ONE)
    lane.commit()
    assert dues(lane) == {ONE: LATER}


def test_none_comes_earlier_and_no_other_delivery_is_touched() -> None:
    lane = Driven(budget_s=0)
    lane.arrive(delivery(1), delivery(2, purposes=("other",)), delivery(3, pid="p1.ben"))
    lane.round(DOWN)
    assert put_off(lane, ONE, until=DUE_AT - DAY) == put_off(lane, "nobody's", f"{3:064x}") == 0
    lane.commit()
    assert set(dues(lane).values()) == {DUE_AT}
    assert put_off(lane, TWO, f"{3:064x}") == 1
    lane.commit()
    assert dues(lane) == {ONE: DUE_AT, TWO: LATER, f"{3:064x}": DUE_AT}


def test_a_command_puts_off_once_and_survives_whoever_takes_over() -> None:
    site = Site()
    site.lane.arrive(delivery(1))
    site.lane.round(TASK)
    site.give(EXTEND, args={PERSON: ANA, DUE: f"{ONE}:{LATER} {TWO}:{LATER}"})
    site.foreman.look(site.lane.now)
    site.take_over()
    assert site.obeyed() == ["1 put off"]
    site.take_over()
    assert (site.obeyed(), dues(site.lane)) == ([], {ONE: LATER})
    site.give(EXTEND, 2, args={PERSON: ANA, DUE: f"{ONE}:{LATER}"})
    site.give(EXTEND, 3, args={PERSON: ANA, DUE: f"{ONE}:soon"})
    assert site.obeyed() == [
        "nothing of it is to be put off here",
        "its arguments make no sense: not carried out",
    ]
