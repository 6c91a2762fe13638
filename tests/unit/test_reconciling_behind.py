"""What begins behind planning: a lane that is connected later, a hold that is lifted. Its faults are found, too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import ANALYTICS, CAMPAIGNS, CRM, POLICY
from policy_support import next_version
from reconciling_support import LATER, LONG_AFTER, Paper, leg_of
from routing_support import DESK, EMAIL, NOW, event

from processors.reconciling import judging
from schemas.times import DAY

if TYPE_CHECKING:
    from pathlib import Path

    from processors.lane import Lane
    from schemas.events import ConsentEvent
    from schemas.records import AuditRecord

LANE = CAMPAIGNS.name
WISH = event(1, "withdraw", 0, ["surveys"], identities=[EMAIL])
GONE = event(2, "delete", 5, identities=[EMAIL])
ERASED_TWICE = event(1, "hold.placed", 0), event(2, "delete", 5, identities=[EMAIL])
LIFT = event(9, "hold.lifted", 30, supersedes=event(1, "hold.placed").event_id)


def paper_of(*events: ConsentEvent, lanes: tuple[Lane, ...] = (CRM, ANALYTICS)) -> Paper:
    paper = Paper(desk=replace(DESK, lanes=lanes))
    paper.publish(*events)
    return paper


def of_event(paper: Paper, one: ConsentEvent, now: int = LATER, lost: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    found = [finding for finding in paper.found(now, lost) if finding.event_id == one.event_id]
    return [(finding.kind, finding.lane) for finding in found if finding.lane or finding.recipient]


def changed(paper: Paper, record: AuditRecord, **change: Any) -> None:
    paper.change(paper.audit.index(record), lambda one: one.changed(**change))


def test_what_a_new_lane_is_brought_is_due_there() -> None:
    paper = paper_of(WISH)
    (brought,) = paper.connect(CAMPAIGNS)
    ours = brought.delivery_id or ""
    assert paper.found() == []
    assert of_event(paper, WISH, lost=(ours,)) == [("missing", LANE)]
    assert ("late", LANE) in of_event(paper, WISH, LONG_AFTER)
    paper.tell(brought, LANE, "executed")
    assert paper.found(lost=(ours,)) == []
    assert ("late", LANE) not in of_event(paper, WISH, LONG_AFTER)
    paper.tell(brought, LANE, "failed")
    assert of_event(paper, WISH) == [("conflicting", LANE)]


def test_it_may_be_redriven() -> None:
    paper = paper_of(WISH)
    (brought,) = paper.connect(CAMPAIGNS)
    paper.tell(brought, LANE, "failed")
    paper.tell(brought, LANE, "", kind="cycle", cycle=1)
    paper.tell(brought, LANE, "executed", cycle=1)
    assert paper.found() == []


def test_whoever_was_to_do_it_by_hand_till_then_is_not_late() -> None:
    paper = paper_of(WISH)
    before = of_event(paper, WISH, LONG_AFTER)
    (brought,) = paper.connect(CAMPAIGNS)
    paper.tell(brought, LANE, "executed")
    paper.close_requests()
    after = of_event(paper, WISH, LONG_AFTER)
    assert len(after) == len(before) - 1
    assert {finding.recipient for finding in paper.found(LONG_AFTER)}.isdisjoint(CAMPAIGNS.serves)


def test_an_erasure_that_a_new_lane_finds_nobody_for_has_ended() -> None:
    paper = paper_of(GONE)
    (brought,) = paper.connect(CAMPAIGNS)
    assert brought.legs
    assert brought.legs[0].outcome == "failed"
    assert paper.found() == []
    assert {finding.recipient for finding in paper.found(LONG_AFTER)}.isdisjoint(CAMPAIGNS.serves)


def test_a_request_that_is_closed_in_the_meantime_is_no_finding() -> None:
    paper = paper_of(WISH)
    (brought,) = paper.connect(CAMPAIGNS)
    ours = brought.delivery_id
    closed = paper.audit[0].changed(kind="request.closed", legs=None, event=None)
    paper.audit.append(closed)
    assert [one for one in paper.found() if one.delivery_id == ours] == []


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"delivery_id": "f" * 64}, ["surplus"]),
        ({"event_id": event(8, "grant").event_id}, ["missing", "surplus"]),
        ({"pid": "p1.nobody"}, ["missing", "surplus"]),
    ],
)
def test_what_was_brought_without_a_reason_is_surplus(change: dict[str, Any], kinds: list[str]) -> None:
    paper = paper_of(WISH)
    (brought,) = paper.connect(CAMPAIGNS)
    changed(paper, brought, **change)
    assert sorted(paper.kinds()) == kinds


@pytest.mark.parametrize("events", [(WISH,), (GONE,), (GONE, event(1, "hold.placed", 6))])
def test_whom_a_backfill_left_out_is_missing_there(events: tuple[ConsentEvent, ...]) -> None:
    paper = paper_of(*events)
    brought = paper.connect(CAMPAIGNS)
    assert paper.found() == []
    assert brought
    paper.audit.append(paper.audit[-1])  # a second backfill
    whole = paper.audit
    for one in brought:
        paper.audit = [record for record in whole if record is not one]
        (found,) = paper.found()
        ours = (found.kind, found.lane, found.action, found.delivery_id, found.event_id)
        assert ours == ("missing", LANE, one.action, one.delivery_id, one.event_id)


def test_a_backfill_is_judged_by_the_version_that_it_was_ordered_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = (POLICY, next_version(tmp_path))  # by the later one, `surveys` don't go to that recipient any more
    monkeypatch.setattr(judging, "versions_of", lambda _: versions)
    paper = paper_of(WISH)
    (brought,) = paper.connect(CAMPAIGNS, done_at=versions[-1].begins_at + DAY)
    assert paper.found() == []
    paper.audit.remove(brought)
    assert paper.kinds() == ["missing"]


def test_nobody_is_left_out_for_whom_nothing_stands_or_who_was_told_before() -> None:
    paper = paper_of(WISH, event(3, "grant", 9, ["surveys"], identities=[EMAIL]))
    assert (paper.connect(CAMPAIGNS), paper.found()) == ([], [])
    paper.publish(event(4, "withdraw", 12, ["surveys"], identities=[EMAIL]))
    assert (paper.connect(ANALYTICS), paper.found()) == ([], []), "the lanes knew it when it came"


def test_what_stood_no_more_is_surplus() -> None:
    for newer in (event(3, "grant", 9, ["surveys"], identities=[EMAIL]), GONE):
        paper = paper_of(WISH)
        (brought,) = paper.connect(CAMPAIGNS)
        paper.audit.remove(brought)
        paper.publish(newer)
        paper.audit.append(brought)
        assert ("surplus", LANE) in of_event(paper, WISH), newer.kind


def test_what_is_brought_twice_is_surplus() -> None:
    paper = paper_of(WISH)
    paper.audit += paper.connect(CAMPAIGNS)
    assert of_event(paper, WISH) == [("surplus", LANE)]


def test_what_a_hold_kept_at_a_new_lane_too_begins_when_it_is_lifted() -> None:
    paper = paper_of(GONE, event(1, "hold.placed", 6))
    brought = [one for one in paper.connect(CAMPAIGNS) if one.legs and one.legs[0].outcome == "retained"]
    paper.publish(event(9, "hold.lifted", 30, supersedes=event(1, "hold.placed").event_id))
    begun = [one for one in paper.audit if one.kind == "cycle" and one.reason == "hold_lifted"]
    assert [one.lane for one in begun] == [LANE] * len(brought) == [LANE]
    assert paper.found() == []
    paper.audit.remove(begun[0])
    assert of_event(paper, GONE) == [("missing", LANE)]


@pytest.mark.parametrize("at_hand", [True, False])
def test_what_a_lifted_hold_begins_is_due_with_a_lane_and_without(*, at_hand: bool) -> None:
    paper = paper_of(*ERASED_TWICE, LIFT)
    begun = [one for one in paper.audit if one.kind == "cycle" and (one.lane is not None) == at_hand]
    assert begun
    assert paper.found() == []
    late = [finding for finding in paper.found(LONG_AFTER) if finding.action == "delete"]
    mine = {leg.recipient for one in begun for leg in one.legs or () if leg.kind != "none"}
    assert mine <= {finding.recipient for finding in late}
    for one in begun:
        paper.audit.remove(one)
    assert set(paper.kinds()) == {"missing"}


def test_what_no_lifted_hold_had_kept_is_surplus() -> None:
    paper = paper_of(*ERASED_TWICE, LIFT)
    begun = next(one for one in paper.audit if one.kind == "cycle" and one.lane)
    paper.audit.append(begun)
    assert paper.kinds() == ["surplus"]
    paper.audit[-1:] = []
    changed(paper, begun, legs=tuple(leg.changed(delivery_id="f" * 64) for leg in begun.legs or ()))
    assert sorted(paper.kinds()) == ["missing", "surplus"]


def test_a_connection_from_after_the_holds_end_is_no_finding() -> None:
    paper = paper_of(*ERASED_TWICE, LIFT, lanes=(ANALYTICS,))
    paper.desk = replace(DESK, lanes=(CRM, CAMPAIGNS, ANALYTICS))
    assert paper.found() == []


def test_an_import_that_the_vendors_know_reaches_nobody_and_is_brought_to_later_ones() -> None:
    known = event(1, "withdraw", 0, ["surveys"], identities=[EMAIL], method="import", vendors_told=True)
    paper = paper_of(known)
    assert paper.found(LONG_AFTER) == []
    (brought,) = paper.connect(CAMPAIGNS)
    paper.tell(brought, LANE, "executed")
    assert paper.found(LONG_AFTER) == []
    more = leg_of(brought, LANE).changed(delivery_id="f" * 64)
    paper.change(0, lambda one: one.changed(legs=(*(one.legs or ()), more)))
    assert paper.kinds() == ["surplus"]


def test_work_that_a_connection_has_no_call_for_shows_that_it_was_there() -> None:
    paper = paper_of(event(1, "access.requested", 0, identities=[EMAIL]), lanes=(CAMPAIGNS,))
    assert "no_call_for_it" in {leg.reason for leg in paper.audit[0].legs or ()}
    assert paper.found() == []


def test_one_person_alone_is_never_halved() -> None:
    paper = paper_of(*(event(number, "withdraw", number, ["surveys"], identities=[EMAIL]) for number in range(1, 9)))
    people = paper.asked().people
    assert people.weight > 1
    assert people.fits(most=1, before=NOW)
    people["p1.another"]
    assert not people.fits(most=1, before=NOW)
    assert people.fits(most=people.weight, before=NOW)


def test_what_ended_long_ago_makes_room() -> None:
    paper = paper_of(WISH)
    (brought,) = paper.connect(CAMPAIGNS)
    paper.tell(brought, LANE, "executed")
    people = paper.asked().people
    before = len(people)
    people["p1.another"]
    most = people.weight - 1
    assert not people.fits(most, before=NOW)
    people.fits(most, before=NOW + 1)
    assert (people.weight, len(people)) == (most, before + 1)
