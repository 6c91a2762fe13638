"""The audit alone gives back what the router kept, wherever the log is cut, and however little is held in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_support import ANALYTICS, CAMPAIGNS, CRM
from reconciling_support import Paper
from replaying_support import Run, folded, histories, lines, told
from routing_support import DESK, EMAIL, event

from processors.replaying.fold import Fold, in_order
from schemas.codec import decode_own, encode
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from schemas.events import ConsentEvent


@settings(max_examples=50)
@given(histories())
def test_every_person_stands_as_the_router_kept_them(events: list[ConsentEvent]) -> None:
    run = Run(*events)
    fold = folded(run.log)
    assert {one.pid: told(one) for one in in_order(fold.people)} == {p: told(s) for p, s in run.states.items()}
    assert fold.doubts == []
    assert sum(fold.kinds.values()) == len(run.log)


@settings(max_examples=25)
@given(histories(), st.data())
def test_it_is_the_same_wherever_it_stopped_on_the_way(events: list[ConsentEvent], data: st.DataObject) -> None:
    log = Run(*events).log
    fold = Fold()
    stop = data.draw(st.integers(0, len(log)))
    for offset, record in enumerate(log):
        if offset == stop:
            assert lines(fold) == lines(folded(log[:stop])), "as of then: the records up to then, and no others"
        fold.take(offset, decode_own(AuditRecord, encode(record)))
    assert lines(fold) == lines(folded(log))


@settings(max_examples=25)
@given(histories(), st.data())
def test_a_later_moment_never_forgets_what_an_earlier_one_knew(
    events: list[ConsentEvent], data: st.DataObject
) -> None:
    log = Run(*events).log
    early = folded(log[: data.draw(st.integers(0, len(log)))])
    late = folded(log)
    for before in in_order(early.people):
        after = late.people.get(before.pid)
        assert after is not None
        assert (after.erased_at or 0) >= (before.erased_at or 0)
    known = {one.key for one in in_order(late.requests)}
    assert known >= {one.key for one in in_order(early.requests)}


def test_the_end_of_a_restriction_is_a_request_and_a_grant_is_none() -> None:
    kinds = ("grant", "restriction.requested", "restriction.lifted")
    fold = folded(Run(*(event(at, kind, at, None) for at, kind in enumerate(kinds, 1))).log)
    assert [json.loads(line)["kind"] for line in lines(fold)["requests"]] == [*kinds[1:]]


def test_repeats_are_counted_and_change_nothing() -> None:
    once = Run(event(1, "grant", 0, ["surveys"], identities=[EMAIL]))
    twice = Run(*[event(1, "grant", 0, ["surveys"], identities=[EMAIL])] * 2)
    assert lines(folded(twice.log)) == lines(folded(once.log))
    assert folded(twice.log).kinds == {"planned": 1, "duplicate": 1}
    assert lines(folded([*once.log, *once.log])) == lines(folded(once.log)), "the same record once more"


def test_what_was_recorded_otherwise_than_it_would_be_today_is_a_doubt() -> None:
    log = Run(event(1, "withdraw", 5, ["surveys"]), event(2, "grant", 1, ["surveys"])).log
    assert [record.kind for record in log] == ["planned", "stale"]
    forged = log[1].changed(kind="planned")
    fold = folded([log[0], forged])
    assert [offset for offset, _ in fold.doubts] == [1]
    assert "recorded as planned, but today it would be stale" in fold.doubts[0][1]


def test_a_policy_that_reads_otherwise_by_now_is_a_doubt() -> None:
    (record,) = Run(event(1, "grant", 0, ["surveys"])).log
    assert record.policy is not None
    other = record.changed(policy=record.policy.model_copy(update={"sha256": "0" * 64}))
    assert folded([record]).doubts == []
    assert "another text" in folded([other]).doubts[0][1]


def test_only_those_are_kept_who_are_asked_for() -> None:
    run = Run(event(1, "grant", 0, ["surveys"]), event(2, "grant", 0, ["surveys"], subject_id="c-1002"))
    first, _ = run.states
    fold = folded(run.log, pid=first)
    assert [one.pid for one in in_order(fold.people)] == [first]
    assert fold.kinds == {"planned": 1}


@settings(max_examples=40)
@given(histories())
def test_what_a_new_lane_is_brought_stands_as_the_router_kept_it(events: list[ConsentEvent]) -> None:
    paper = Paper(desk=replace(DESK, lanes=(CRM,)))
    paper.publish(*events)
    for lane in (CAMPAIGNS, ANALYTICS):
        paper.connect(lane)
    known = {one.pid: told(one) for one in in_order(folded(paper.audit).people)}
    assert known == {pid: told(state) for pid, state in paper.states.items()}


def test_what_a_hold_keeps_at_a_new_lane_is_kept_there_until_it_is_lifted() -> None:
    hold, gone = event(1, "hold.placed", 6), event(2, "delete", 5, identities=[EMAIL])
    for before in ((gone, hold), (hold, gone)):  # erased everywhere but at the new lane; kept elsewhere, too
        paper = Paper(desk=replace(DESK, lanes=(ANALYTICS,)))
        paper.publish(*before)
        for lane in (CRM, CAMPAIGNS):
            paper.connect(lane)
            (state,) = paper.states.values()
            (kept,) = state.retained
            assert set(lane.serves) <= set(kept.recipients)
            assert [told(one) for one in in_order(folded(paper.audit).people)] == [told(state)]
        paper.publish(event(9, "hold.lifted", 30, supersedes=hold.event_id))
        (state,) = in_order(folded(paper.audit).people)
        assert state.retained == ()
