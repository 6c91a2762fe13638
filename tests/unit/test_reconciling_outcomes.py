"""Reconciliation finds outcomes that are missing, forged, late or contradict each other, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reconciling_support import LATER, LONG_AFTER, Paper, leg_of
from routing_support import EMAIL, NOW, event

from processors.house_rule import INTERNAL_LIMIT
from schemas.codec import encode
from schemas.ids import task_id
from schemas.records import Evidence, Leg
from schemas.times import DAY

if TYPE_CHECKING:
    from schemas.records import AuditRecord

CRM = "zoho-crm"


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def planned(paper: Paper) -> AuditRecord:
    """A withdrawal, done everywhere but in the CRM."""
    (planned,) = paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    for leg in planned.legs or ():
        if leg.kind == "delivery" and leg.lane != CRM:
            paper.tell(planned, leg.lane or "", "executed")
    return planned


@pytest.mark.parametrize("word", ["attempted", "parked", "held", "waiting", "dry_run", "manual_task", "accepted"])
def test_what_is_open_and_in_time_is_no_finding(paper: Paper, planned: AuditRecord, word: str) -> None:
    assert paper.found() == []
    paper.tell(planned, CRM, word)
    assert paper.found() == []
    (*_, late) = [one for one in paper.found(LONG_AFTER) if one.lane]
    assert (late.kind, late.lane, word in late.what) == ("late", CRM, True)


@pytest.mark.parametrize("word", ["no_match", "superseded", "failed", "cancelled", "done", "verified", "retained"])
def test_what_has_ended_in_time_is_no_finding_ever(paper: Paper, planned: AuditRecord, word: str) -> None:
    if word == "superseded":
        paper.publish(event(2, "withdraw", 1, None, identities=[EMAIL]))
    paper.tell(planned, CRM, word)
    assert [one for one in paper.found(LONG_AFTER) if one.event_id == planned.event_id and one.lane] == []


def test_open_tasks_of_a_request_are_late_after_their_deadline(paper: Paper, planned: AuditRecord) -> None:
    paper.tell(planned, CRM, "executed")
    tasks = [leg for leg in planned.legs or () if leg.kind == "task"]
    late = paper.found(LONG_AFTER)
    assert [one.kind for one in late] == ["late"] * len(tasks)
    assert paper.found() == []


def test_open_tasks_of_a_restrictions_end_are_late_until_somebody_says_that_they_are_done(paper: Paper) -> None:
    restricted, lifted = paper.publish(
        event(1, "restriction.requested", 0, None), event(2, "restriction.lifted", 1, None)
    )
    numbers = [number for number, leg in enumerate(lifted.legs or ()) if leg.kind == "task"]
    tasks = [task_id(lifted.pid or "", lifted.event_id or "", number) for number in numbers]
    found = [one for one in paper.found(LONG_AFTER) if one.event_id == lifted.event_id]
    assert {one.kind for one in found} == {"late"}
    assert {one.delivery_id for one in found} == {*tasks}
    for one in tasks:
        done = Leg.parse({"kind": "task", "recipient": None, "delivery_id": one, "outcome": "done"})
        paper.audit.append(lifted.changed(kind="request.task", event=None, legs=(done,)))
    assert {one.event_id for one in paper.found(LONG_AFTER)} == {restricted.event_id}


def test_a_lost_outcome_is_found_by_the_lane_that_is_done_with_it(paper: Paper, planned: AuditRecord) -> None:
    ours = leg_of(planned, CRM).delivery_id or ""
    (found,) = paper.found(lost=(ours,))
    assert (found.kind, found.lane, found.delivery_id) == ("missing", CRM, ours)


def test_a_lost_outcome_is_found_by_its_closed_request_once(paper: Paper, planned: AuditRecord) -> None:
    ours = leg_of(planned, CRM).delivery_id or ""
    closed = planned.changed(kind="request.closed", legs=None, event=None)
    paper.audit.append(closed)
    found = [one for one in paper.found(lost=(ours,)) if one.lane]
    assert [(one.kind, one.delivery_id) for one in found] == [("missing", ours)]


def test_an_outcome_that_nobody_planned_is_surplus(paper: Paper, planned: AuditRecord) -> None:
    forged = paper.tell(planned, CRM, "executed")
    paper.audit[-1] = forged.changed(delivery_id="f" * 64)
    assert paper.kinds() == ["surplus"]


def test_a_second_end_is_surplus_or_conflicting_and_a_higher_rung_is_neither(
    paper: Paper, planned: AuditRecord
) -> None:
    paper.tell(planned, CRM, "executed")
    paper.tell(planned, CRM, "verified")
    assert paper.found() == []
    paper.tell(planned, CRM, "verified")
    assert paper.kinds() == ["surplus"]
    paper.tell(planned, CRM, "failed")
    assert paper.kinds() == ["surplus", "conflicting"]


def test_done_after_its_deadline_is_late(paper: Paper, planned: AuditRecord) -> None:
    due_at = leg_of(planned, CRM).due_at or 0
    paper.tell(planned, CRM, "executed", at=due_at)
    assert paper.found() == []
    paper.audit[-1] = paper.audit[-1].changed(at=due_at + 1)
    assert paper.kinds() == ["late"]


def test_a_later_deadline_counts_once_it_is_extended(paper: Paper, planned: AuditRecord) -> None:
    leg = leg_of(planned, CRM)
    until = (leg.due_at or 0) + DAY
    longer = leg.changed(due_at=until)
    paper.audit.append(planned.changed(kind="request.extended", legs=(longer,), event=None))
    paper.tell(planned, CRM, "executed", at=until)
    assert paper.found() == []


def test_cycles(paper: Paper, planned: AuditRecord) -> None:
    paper.tell(planned, CRM, "failed")
    paper.tell(planned, CRM, "", kind="cycle", cycle=1)
    assert paper.found() == []
    paper.tell(planned, CRM, "executed", cycle=1)
    assert paper.found() == []
    paper.tell(planned, CRM, "executed", cycle=3)
    assert paper.kinds() == ["conflicting"]
    paper.audit.pop()
    paper.tell(planned, CRM, "", kind="cycle", cycle=3)
    assert paper.kinds() == ["surplus"]


def test_what_a_vendor_had_to_keep_has_a_time_of_its_own_from_its_review_date_on(
    paper: Paper, planned: AuditRecord
) -> None:
    paper.tell(planned, CRM, "retained", review_at=LONG_AFTER)
    paper.tell(planned, CRM, "", kind="cycle", cycle=1, reason="review_date", at=LONG_AFTER)

    def found(now: int) -> list[str]:
        return [one.kind for one in paper.found(now) if one.lane]

    assert found(LONG_AFTER + DAY) == []
    assert found(LONG_AFTER + INTERNAL_LIMIT + DAY) == ["late"]
    paper.tell(planned, CRM, "executed", cycle=1, at=LONG_AFTER + INTERNAL_LIMIT)
    assert found(LONG_AFTER + INTERNAL_LIMIT + DAY) == []


def test_a_cycle_that_begins_before_the_last_one_has_ended_is_conflicting(paper: Paper, planned: AuditRecord) -> None:
    paper.tell(planned, CRM, "", kind="cycle", cycle=1)
    paper.tell(planned, CRM, "executed", cycle=1)
    assert paper.kinds() == ["conflicting"]


def test_superseded_needs_something_newer_of_that_lane(paper: Paper, planned: AuditRecord) -> None:
    older, newer = event(2, "grant", -5, ["newsletter"]), event(3, "delete", 9, identities=[EMAIL])
    paper.tell(planned, CRM, "superseded", evidence=Evidence(detail=f"by_event={older.event_id}"))
    assert paper.kinds() == ["conflicting"]
    paper.audit.pop()
    paper.publish(newer)
    paper.tell(planned, CRM, "superseded", evidence=Evidence(detail=f"by_event={newer.event_id}"))
    assert paper.found() == []


def test_an_outcome_of_another_lane_or_event_is_conflicting(paper: Paper, planned: AuditRecord) -> None:
    paper.tell(planned, CRM, "executed")
    for change in ({"lane": "google-analytics"}, {"event_id": event(9, "grant").event_id}, {"action": "grant"}):
        whole = list(paper.audit)
        paper.audit[-1] = paper.audit[-1].changed(**change)
        assert paper.kinds() == ["conflicting"], change
        paper.audit = whole


@pytest.mark.parametrize("after_deadline", [False, True])
def test_one_that_is_sent_again_and_lost_is_missing_however_it_had_failed(
    paper: Paper, planned: AuditRecord, *, after_deadline: bool
) -> None:
    leg = leg_of(planned, CRM)
    assert leg.due_at
    assert leg.delivery_id
    failed_at = leg.due_at + 1 if after_deadline else NOW + DAY
    paper.tell(planned, CRM, "failed", at=failed_at)
    paper.tell(planned, CRM, "", kind="cycle", cycle=1, at=failed_at + DAY)
    found = paper.found(lost=(leg.delivery_id,), now=failed_at + DAY)
    mine = [one.kind for one in found if one.lane == CRM]
    assert mine == (["late", "missing"] if after_deadline else ["missing"])


def test_what_a_vendor_has_to_keep_is_never_forgotten(paper: Paper) -> None:
    (planned,) = paper.publish(event(8, "delete", 30))
    paper.tell(planned, CRM, "retained", "delete", at=NOW + DAY, review_at=NOW + 2000 * DAY)
    began = len(paper.audit)
    paper.tell(planned, CRM, "", "delete", kind="cycle", cycle=1, at=NOW + 2000 * DAY)
    paper.tell(planned, CRM, "executed", "delete", cycle=1, at=NOW + 2000 * DAY + DAY)
    inquiry = paper.asked(end=began)
    inquiry.people.forget(NOW + 1900 * DAY)
    for offset, record in enumerate(paper.audit[began:], began):
        inquiry.take(offset, (record.pid or "").encode(), encode(record), record.at)
    assert [one for one in inquiry.findings if one.lane == CRM] == []
    assert not inquiry.hearing.early


def test_what_ended_long_ago_is_forgotten(paper: Paper, planned: AuditRecord) -> None:
    paper.tell(planned, CRM, "executed")
    inquiry = paper.asked()
    before = inquiry.people.weight
    inquiry.people.forget(NOW)
    assert inquiry.people.weight == before
    inquiry.people.forget(NOW + 1)
    deliveries = sum(leg.kind == "delivery" for leg in planned.legs or ())
    assert inquiry.people.weight == before - deliveries
    assert LATER > NOW
