"""Reconciliation finds what was planned otherwise than by the events and the policy, and nothing else."""

from __future__ import annotations

import pytest
from reconciling_support import LATER, Paper, leg_of, without
from routing_support import EMAIL, event

from processors.reconciling import coverage
from processors.reconciling.slices import Slice
from schemas.policy import load_policy

STORY = (
    event(1, "grant", 0, None, identities=[EMAIL]),
    event(2, "withdraw", 5, ["marketing-campaigns"], identities=[EMAIL]),
    event(2, "withdraw", 5, ["marketing-campaigns"], identities=[EMAIL]),
    event(3, "grant", 3, ["marketing-campaigns"], identities=[EMAIL]),
    event(4, "delete", 10, identities=[EMAIL]),
    event(5, "grant", 9, None, identities=[EMAIL]),
    event(6, "hold.placed", 20),
    event(7, "delete", 25, identities=[EMAIL]),
    event(8, "hold.lifted", 30, supersedes=event(6, "hold.placed").event_id),
)


@pytest.fixture
def paper() -> Paper:
    paper = Paper()
    paper.publish(*STORY)
    return paper


def test_what_the_router_does_is_as_it_was_due(paper: Paper) -> None:
    assert {one.kind for one in paper.audit} >= {"planned", "duplicate", "stale", "cycle"}
    assert paper.found() == []


def test_it_is_the_same_from_the_audit_alone_where_the_events_are_gone(paper: Paper) -> None:
    for begins in (10, 40, 80, 90, 1000):
        paper.begins = begins
        assert paper.found() == [], begins


def test_an_older_deletion_that_names_others_was_due_and_the_same_once_more_was_not() -> None:
    paper, other = Paper(), {**EMAIL, "value": "j@example.net"}
    paper.publish(event(1, "grant", 0, None, identities=[other]), event(2, "delete", 10, identities=[EMAIL]))
    older, known = paper.publish(
        event(3, "delete", 8, identities=[EMAIL, other]), event(4, "delete", 8, identities=[other])
    )
    assert (older.kind, known.kind, known.reason) == ("planned", "stale", "already_erased")
    for begins in (0, 1000):
        paper.begins = begins
        assert paper.found() == [], begins
    paper.change(2, lambda one: one.changed(kind="stale", legs=None))
    assert "missing" in paper.kinds()


def test_a_missed_leg_is_found_and_nothing_else(paper: Paper) -> None:
    for begins in (0, 1000):
        paper.begins = begins
        paper.audit[1] = without(paper.audit[1], "zoho-campaigns")
        (found,) = paper.found()
        assert (found.kind, found.lane, found.offset) == ("missing", "zoho-campaigns", 1)


def test_its_outcome_is_not_a_second_finding() -> None:
    paper = Paper()
    (planned,) = paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    paper.settle(planned)
    paper.change(0, lambda one: without(one, "zoho-crm"))
    assert paper.kinds() == ["missing"]


@pytest.mark.parametrize("router_at", [0, 10_000])
@pytest.mark.parametrize("is_last", [True, False])
def test_what_came_of_an_event_that_no_verdict_is_about_is_no_further_finding(
    is_last: bool,  # noqa: FBT001
    router_at: int,
) -> None:
    paper = Paper()
    (planned,) = paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    paper.settle(planned)
    if not is_last:
        paper.publish(event(2, "withdraw", 5, None, identities=[EMAIL]))
    paper.change(0, lambda _: None)
    found = paper.found(router_at=router_at)
    assert [(one.kind, one.delivery_id) for one in found if one.event_id == planned.event_id] == [("missing", None)]


def test_a_leg_that_was_not_due_is_surplus() -> None:
    paper = Paper()
    (planned,) = paper.publish(event(1, "grant", 0, ["marketing-campaigns"], identities=[EMAIL]))
    more = leg_of(planned, "zoho-campaigns").changed(action="delete", delivery_id="f" * 64)
    paper.change(0, lambda one: one.changed(legs=(*(one.legs or ()), more)))
    assert paper.kinds() == ["surplus"]


@pytest.mark.parametrize(
    "change", [{"due_at": 5}, {"purposes": ("surveys",)}, {"channels": ("sms",)}, {"rule": "none"}]
)
def test_a_leg_with_another_scope_or_deadline_is_conflicting(change: dict[str, object]) -> None:
    paper = Paper()
    (planned,) = paper.publish(event(1, "grant", 0, ["marketing-campaigns"], identities=[EMAIL]))
    other = tuple(leg.changed(**change) if leg.kind == "delivery" else leg for leg in planned.legs or ())
    paper.change(0, lambda one: one.changed(legs=other))
    assert set(paper.kinds(0)) == {"conflicting"}
    assert {one.lane for one in paper.found(0)} == {leg.lane for leg in other if leg.kind == "delivery"}


def test_a_verdict_that_is_missing_is_found_at_any_place(paper: Paper) -> None:
    whole = list(paper.audit)
    for number, verdict in enumerate(whole):
        if verdict.kind in {"planned", "stale", "duplicate"}:
            paper.audit = [one for one in whole if one.origin != verdict.origin]
            (found, *more) = paper.found()
            assert (found.kind, str(verdict.origin) in found.what) == ("missing", True), number
            # The cycle that came with it is missing, too: of the two deletions after the hold nothing begins.
            assert all(one.what.startswith("does not begin anew") for one in more)


def test_what_is_not_judged_yet_is_no_finding_for_a_day() -> None:
    paper = Paper()
    paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    paper.audit.clear()
    assert paper.kinds(LATER, router_at=0) == []
    assert paper.kinds(LATER + 1, router_at=0) == ["late"]
    assert paper.kinds(router_at=1) == ["missing"]


def test_a_second_verdict_on_one_record_is_surplus(paper: Paper) -> None:
    paper.audit.append(paper.audit[0])
    assert paper.kinds() == ["surplus"]
    paper.begins = 1000
    assert paper.kinds() == ["surplus"]


def test_a_verdict_on_what_nobody_published_is_surplus(paper: Paper) -> None:
    nowhere = paper.audit[0].origin.changed(offset=10_000)
    paper.audit.append(paper.audit[0].changed(origin=nowhere))
    assert paper.kinds() == ["surplus"]


def test_a_withdrawal_that_was_passed_over_or_rejected_is_missing() -> None:
    for kind in ("stale", "rejected", "duplicate"):
        paper = Paper()
        paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
        paper.change(0, lambda one, kind=kind: one.changed(kind=kind, legs=None))  # type: ignore[misc]
        assert paper.kinds() == ["missing"], kind


def test_a_rejected_record_is_as_it_should_be_and_a_planned_one_is_not() -> None:
    paper = Paper()
    paper.publish(b"nonsense", event(1, "grant", 0, ["no-such-purpose"], identities=[EMAIL]))
    assert [one.kind for one in paper.audit] == ["rejected", "rejected"]
    assert paper.found() == []
    paper.change(1, lambda one: one.changed(kind="planned"))
    assert paper.kinds() == ["surplus"]


def test_another_person_or_policy_is_conflicting() -> None:
    paper = Paper()
    (planned,) = paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    paper.settle(planned)
    assert planned.policy is not None
    paper.change(0, lambda one: one.changed(policy=one.policy.model_copy(update={"sha256": "0" * 64})))  # type: ignore[union-attr]
    assert paper.kinds() == ["conflicting"]


def test_a_lifted_hold_without_its_deletion_is_missing(paper: Paper) -> None:
    cycles = [number for number, one in enumerate(paper.audit) if one.kind == "cycle"]
    lane = paper.audit[cycles[0]].lane
    paper.change(cycles[0], lambda _: None)
    (found,) = paper.found()
    assert (found.kind, found.lane, found.action) == ("missing", lane, "delete")


def test_connections_that_came_later_are_no_finding() -> None:
    paper = Paper()
    paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    (planned,) = [one for one in paper.audit if one.kind == "planned"]
    alone = tuple(
        leg.changed(kind="task", lane=None, vendor=None, delivery_id=None, outcome="unbound_recipient")
        if leg.lane == "google-analytics"
        else leg
        for leg in planned.legs or ()
    )
    paper.change(0, lambda one: one.changed(legs=alone))
    assert "missing" not in paper.kinds()


def test_whoever_gets_data_and_no_leg_names_is_found_without_the_planner() -> None:
    policy = load_policy("oomnis")
    paper = Paper()
    (planned,) = paper.publish(event(1, "withdraw", 0, None, identities=[EMAIL]))
    legs = planned.legs or ()
    assert list(coverage.unnamed(event(1, "withdraw"), policy, legs)) == []
    gone = next(leg.recipient for leg in legs if leg.recipient and leg.lane is None)
    left = [leg for leg in legs if leg.recipient != gone]
    assert list(coverage.unnamed(event(1, "withdraw"), policy, left)) == [gone]


def test_slices_together_find_what_one_pass_finds(paper: Paper) -> None:
    paper.audit[1] = without(paper.audit[1], "zoho-campaigns")
    del paper.audit[0]
    whole = paper.asked().findings
    assert whole
    halves = [paper.asked(of) for of in Slice().halves]
    assert sorted(one for half in halves for one in half.findings) == sorted(whole)
    assert sorted(len(half.people) for half in halves) == [0, 1]
