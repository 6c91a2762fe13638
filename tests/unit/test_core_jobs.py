"""What the vendor runs a job for: asked again by a schedule, done, done anew, overdue, across restarts."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from delivering_support import (
    DOWN,
    GOOD,
    REFUSED,
    REJECTED,
    SOON,
    UNREACHABLE,
    Driven,
    delivery,
    running,
    runs,
)
from plan_support import NOW

from processors.delivering.asking import OVERDUE
from processors.vendors.later import DAY_S, Schedule, Undone

if TYPE_CHECKING:
    from processors.vendors.base import Result
    from schemas.errors import VendorError, VendorUnavailable

DAILY = Schedule(DAY_S, 1.0, DAY_S, 40 * DAY_S)


def test_a_job_is_an_open_rung_and_holds_up_neither_the_partition_nor_the_person() -> None:
    lane = Driven(polls=SOON)
    lane.arrive(delivery(1), delivery(2, purposes=("b",)))
    lane.round(runs("job-7"))
    assert lane.told == [("p1.ana", "accepted", "job_under_way")]
    assert lane.audit[0].evidence
    assert lane.audit[0].evidence.job_id == "job-7"
    (entry,) = lane.entries("accepted")
    assert (entry.job_id, entry.asked, entry.next_at) == ("job-7", 0, NOW + 10_000_000)
    assert entry.until == NOW + 3_600_000_000
    assert (lane.offset, lane.round(GOOD)) == (1, [1]), "the person's next instruction goes on"


def test_the_vendor_is_asked_by_the_schedule_and_the_audit_does_not_hear_of_each_question() -> None:
    lane = running()
    moments = []
    for _ in range(5):
        assert lane.sleep()
        moments.append(lane.seconds)
        (call,) = lane.start()
        assert call.asks == "job"
        lane.answer(call, runs())
        lane.commit()
    assert moments == [10, 30, 70, 130, 190]
    assert lane.told == []
    assert [entry.asked for entry in lane.entries("accepted")] == [5]
    assert lane.sleep()
    lane.round(GOOD)
    assert (lane.told, lane.state) == ([("p1.0", "executed", None)], {})
    assert not lane.sleep()


def test_the_vendors_own_word_when_to_ask_counts_more() -> None:
    lane = running()
    lane.sleep()
    lane.round(runs(wait_s=300))
    lane.sleep()
    assert lane.seconds == 310


def test_people_of_one_job_are_asked_about_together_and_each_has_an_outcome() -> None:
    lane = running(batch=5, people=4)
    lane.sleep()
    (call,) = lane.start()
    assert [one.pid for one in call.jobs] == ["p1.0", "p1.1", "p1.2", "p1.3"]
    answers: list[Result | Undone | VendorError] = [GOOD, Undone(REFUSED), Undone(DOWN), runs()]
    ids = (one.delivery.delivery_id for one in call.jobs)
    lane.core.asked(call, dict(zip(ids, answers, strict=True)), lane.now)
    lane.commit()
    assert lane.told == [
        ("p1.0", "executed", None),
        ("p1.1", "failed", "http_400"),
        ("p1.2", "parked", "http_503"),
    ]
    assert [letter.pid for letter in lane.letters] == ["p1.1"]
    assert {entry.delivery.pid: entry.status for entry in lane.state.values()} == {
        "p1.1": "failed",
        "p1.2": "parked",
        "p1.3": "accepted",
    }


def test_a_job_that_failed_in_passing_is_submitted_again_after_a_wait_and_the_tries_count_on() -> None:
    lane = running()
    for attempt in (1, 2, 3):
        lane.sleep()
        lane.round(Undone(DOWN))
        (entry,) = lane.entries("parked")
        assert (entry.attempt, entry.refs is not None, entry.job_id) == (attempt, True, None)
        assert lane.start() == []
        lane.sleep()
        assert lane.round(runs(f"job-{attempt}")) == [0]
    assert [record.attempt for record in lane.audit if record.outcome == "accepted"] == [1, 2, 3, 4]


def test_it_is_not_submitted_again_past_the_legal_deadline() -> None:
    lane = running(polls=DAILY)
    lane.seconds = 31 * DAY_S
    lane.round(Undone(DOWN))
    assert lane.told == [("p1.0", "failed", "gave_up_after_http_503")]


@pytest.mark.parametrize("error", [DOWN, UNREACHABLE, REJECTED, REFUSED])
def test_who_cant_be_asked_is_asked_again_and_the_job_is_not_forgotten(error: VendorUnavailable) -> None:
    lane = running()
    for _ in range(8):
        lane.sleep()
        lane.round(error)
    assert lane.told == []
    (entry,) = lane.entries("accepted")
    assert (entry.asked, lane.letters) == (0, [])
    while lane.entries("accepted"):
        assert lane.sleep()
        lane.round(GOOD)
    assert lane.told == [("p1.0", "executed", None)]


def test_a_question_that_is_refused_for_good_ends_with_the_vendors_own_time() -> None:
    lane = running()
    lane.seconds = 3601
    lane.round(REFUSED)
    assert lane.told == [("p1.0", "failed", "http_400")]


def test_a_job_that_runs_longer_than_the_vendor_says_has_failed() -> None:
    lane = running()
    while lane.entries("accepted"):
        assert lane.sleep()
        lane.round(runs())
    assert lane.seconds >= SOON.limit_s
    assert lane.told == [("p1.0", "failed", OVERDUE)]
    assert [letter.reason for letter in lane.letters] == [OVERDUE]


@pytest.mark.parametrize("seed", range(5))
def test_thirty_days_of_daily_questions_across_ten_restarts_give_one_completion(seed: int) -> None:
    lane, random = running(polls=DAILY, batch=3, people=3), Random(seed)
    restarts = sorted(random.sample(range(30), 10))
    for day in range(30):
        lane.seconds = (day + 1) * DAY_S
        calls = lane.start()
        assert [len(call.jobs) for call in calls] == [3]
        if day in restarts and random.random() < 0.5:
            lane.restart()  # while the question is in the air
            calls = lane.start()
        for call in calls:
            lane.answer(call, GOOD if day == 29 else runs())
        if day in restarts and random.random() < 0.5:
            lane.restart()  # before what came of it is committed
            calls = lane.start()
            for call in calls:
                lane.answer(call, GOOD if day == 29 else runs())
        lane.commit()
        if day in restarts:
            lane.restart()
        assert lane.start() == []
    assert sorted(lane.told) == [(f"p1.{number}", "executed", None) for number in range(3)]
    assert lane.state == {}
