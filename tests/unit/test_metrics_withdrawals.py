"""From a withdrawal to the last outcome of its deliveries, as the audit tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from plan_support import NOW
from routing_support import DESK, EMAIL, event, incoming

from processors.delivering.tasks import OVERTAKEN
from processors.routing.route import route
from schemas.codec import encode
from streams.metrics.registry import Metrics
from streams.metrics.withdrawals import Withdrawals

if TYPE_CHECKING:
    from processors.routing.incoming import Routed

US = 1_000_000


def planned(number: int = 1, action: str = "withdraw") -> Routed:
    purposes = [] if action == "delete" else [["surveys", "marketing-campaigns"]]
    return route(incoming(event(number, action, 0, *purposes, identities=[EMAIL])), DESK, lambda _: None)


def outcome(made: Routed, index: int, word: str = "executed", after_s: float = 1.0, **more: Any) -> bytes:
    delivery, base = made.deliveries[index], made.audit[0]
    told = {
        "kind": "outcome",
        "event": None,
        "legs": None,
        "delivery_id": delivery.delivery_id,
        "lane": delivery.lane,
        "action": delivery.action,
        "cycle": 0,
        "attempt": 1,
        "outcome": word,
        "at": NOW + round(after_s * US),
        **more,
    }
    return encode(base.changed(**told))


class Followed:
    def __init__(self, **more: Any) -> None:
        self.metrics = Metrics()
        self.withdrawals = Withdrawals(self.metrics, now=lambda: NOW / US + 60, **more)

    def take(self, *values: bytes) -> None:
        for value in values:
            self.withdrawals.take(value)

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"consent_relay_{name}", labels)


def test_a_withdrawal_takes_as_long_as_its_slowest_delivery() -> None:
    made, followed = planned(), Followed()
    assert len(made.deliveries) >= 2
    followed.take(encode(made.audit[0]))
    assert followed("withdrawals_open") == 1
    assert followed("withdrawal_oldest_open_seconds") == 60.0
    for index in reversed(range(len(made.deliveries))):
        assert followed("withdrawals_open") == 1
        followed.take(outcome(made, index, after_s=2.0 + index))
    assert followed("withdrawals_open") == 0
    assert followed("withdrawal_oldest_open_seconds") == 0.0
    labels = {"kind": "consent.withdrawn", "result": "confirmed"}
    assert followed("withdrawal_seconds_count", **labels) == 1
    assert followed("withdrawal_seconds_sum", **labels) == 1.0 + len(made.deliveries)


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("failed", "failed"), ("manual_task", "manual_task"), ("no_match", "confirmed"), ("cancelled", "otherwise"),
        ("superseded", "otherwise"), ("retained", "otherwise"),
    ],
)  # fmt: skip
def test_the_gravest_outcome_says_how_it_ended(word: str, result: str) -> None:
    made, followed = planned(action="delete"), Followed()
    followed.take(encode(made.audit[0]), outcome(made, 0, word))
    followed.take(*(outcome(made, index) for index in range(1, len(made.deliveries))))
    assert followed("withdrawal_seconds_count", kind="deletion.requested", result=result) == 1


def test_an_event_id_that_two_people_have_is_followed_for_each() -> None:
    made, followed = planned(action="delete"), Followed()
    other: dict[str, Any] = {"pid": "p1.other"}
    followed.take(encode(made.audit[0]), encode(made.audit[0].changed(**other)))
    assert followed("withdrawals_open") == 2
    followed.take(*(outcome(made, index) for index in range(len(made.deliveries))))
    assert followed("withdrawals_open") == 1
    followed.take(*(outcome(made, index, **other) for index in range(len(made.deliveries))))
    assert followed("withdrawal_seconds_count", kind="deletion.requested", result="confirmed") == 2


def test_repeats_and_attempts_end_nothing() -> None:
    made, followed = planned(), Followed()
    followed.take(encode(made.audit[0]))
    followed.take(outcome(made, 0), outcome(made, 0), outcome(made, 1, "attempted"), outcome(made, 1, "parked"))
    assert followed("withdrawals_open") == 1
    assert followed("withdrawals_unfollowed_total", why="unseen") == 0


@pytest.mark.parametrize("end", [{"word": "done"}, {"word": "superseded", "reason": OVERTAKEN}])
def test_what_becomes_of_a_task_is_told_elsewhere(end: dict[str, Any]) -> None:
    made, followed = planned(action="delete"), Followed()
    ends = [outcome(made, index, "manual_task") for index in range(len(made.deliveries))]
    followed.take(encode(made.audit[0]), *ends, outcome(made, 0, **end))
    assert followed("withdrawals_unfollowed_total", why="unseen") == 0
    assert followed("withdrawal_seconds_count", kind="deletion.requested", result="manual_task") == 1


def test_a_grant_is_nobodys_withdrawal() -> None:
    made, followed = planned(action="grant"), Followed()
    followed.take(encode(made.audit[0]), *(outcome(made, index) for index in range(len(made.deliveries))))
    assert followed("withdrawals_open") == 0
    assert followed("withdrawals_unfollowed_total", why="unseen") == 0
    assert followed("audit_records_followed_total") == 1 + len(made.deliveries)


def test_what_was_planned_before_we_came_is_said_to_be_missing() -> None:
    made, followed = planned(), Followed()
    followed.take(outcome(made, 0), outcome(made, 1, cycle=1))
    assert followed("withdrawals_unfollowed_total", why="unseen") == 1, "a redrive's is not expected"


def test_memory_is_bounded_and_what_is_forgotten_is_counted() -> None:
    followed = Followed(most_open=3)
    made = [planned(number) for number in range(1, 6)]
    followed.take(*(encode(one.audit[0]) for one in made))
    assert followed("withdrawals_open") == 3
    assert followed("withdrawals_unfollowed_total", why="forgotten") == 2
    followed.take(*(outcome(made[-1], index) for index in range(len(made[-1].deliveries))))
    assert followed("withdrawals_open") == 2


@pytest.mark.parametrize("damaged", [b"", b"withdraw", b"\xc3\x01consent.withdrawn", None])
def test_nothing_that_stands_in_the_audit_can_stop_the_worker(damaged: Any) -> None:
    made, followed = planned(), Followed()
    followed.take(damaged, encode(made.audit[0])[:-9], encode(made.audit[0]))
    assert followed("withdrawals_open") == 1
    assert followed("withdrawals_unfollowed_total", why="unreadable") >= 1  # type: ignore[operator]


def test_a_job_that_runs_is_no_outcome_yet_and_reading_back_changes_nothing() -> None:
    made, followed = planned(action="delete"), Followed()
    legs = len([leg for leg in made.audit[0].legs or () if leg.kind == "delivery" and leg.action == "delete"])
    followed.take(encode(made.audit[0]))
    followed.take(*(outcome(made, n, "accepted", 1.0, reason="job_under_way") for n in range(legs)))
    assert followed("withdrawals_open") == 1
    followed.take(*(outcome(made, n, "executed", 2.0) for n in range(legs)))
    followed.take(*(outcome(made, n, "verified", 3.0) for n in range(legs)))
    assert followed("withdrawals_open") == 0
    assert followed("withdrawal_seconds_sum", kind="deletion.requested", result="confirmed") == 2.0
    assert followed("withdrawals_unfollowed_total", why="unseen") == 0
