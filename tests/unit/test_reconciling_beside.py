"""A connection that comes beside another one to the same recipients: what was planned before isn't missed there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from plan_support import ANALYTICS, CAMPAIGNS, CRM
from reconciling_support import Paper
from routing_support import DESK, EMAIL, event

if TYPE_CHECKING:
    from processors.lane import Lane
    from schemas.events import ConsentEvent

BOTH = replace(CAMPAIGNS, name="both", serves=CRM.serves | CAMPAIGNS.serves)
BESIDE = replace(CAMPAIGNS, name="beside")
HOLD, GONE = event(1, "hold.placed", 0), event(2, "delete", 5, identities=[EMAIL])
LIFT = event(3, "hold.lifted", 30, supersedes=HOLD.event_id)


def with_one_more(lanes: tuple[Lane, ...], more: Lane, before: list[ConsentEvent], since: ConsentEvent) -> Paper:
    paper = Paper(desk=replace(DESK, lanes=lanes))
    paper.publish(*before)
    paper.desk = replace(paper.desk, lanes=(*lanes, more))
    paper.publish(since)
    paper.close_requests()
    return paper


def wrong(paper: Paper) -> list[tuple[str, str | None]]:
    """All but what is late, as nobody does anything here."""
    return [(one.kind, one.lane) for one in paper.found() if one.kind != "late"]


def test_a_task_beside_a_call_at_one_connection_is_no_sign_of_another_one() -> None:
    wishes = [
        event(4, "grant", 0, ["surveys"], identities=[EMAIL]),
        event(5, "restriction.requested", 1, ["surveys"]),
        event(6, "restriction.lifted", 2, ["surveys"]),
    ]
    paper = with_one_more((CAMPAIGNS, ANALYTICS), BESIDE, wishes, event(7, "access.requested", 3))
    assert wrong(paper) == []


@pytest.mark.parametrize(
    ("lanes", "more"),
    [((CAMPAIGNS, CRM), BOTH), ((BOTH,), CAMPAIGNS), ((ANALYTICS,), BOTH), ((CAMPAIGNS,), BESIDE)],
    ids=["wider", "narrower", "alone", "same"],
)
def test_that_a_holds_end_is_the_first_that_a_new_connection_hears_of_is_no_finding(
    lanes: tuple[Lane, ...], more: Lane
) -> None:
    paper = with_one_more(lanes, more, [HOLD, GONE], LIFT)
    assert wrong(paper) == []
    begun = [one for one in paper.audit if one.kind == "cycle" and one.lane]
    assert {one.lane for one in begun} >= {more.name, *(lane.name for lane in lanes)}
    for one in begun:
        if one.lane != more.name:
            paper.audit.remove(one)
            assert ("missing", one.lane) in wrong(paper), "another one doesn't do it in its place"
            paper.audit.append(one)


def test_what_was_not_over_when_the_end_of_a_hold_began_it_anew_may_end_then() -> None:
    narrow = event(1, "hold.placed", 0, ["rights-defence"])
    paper = Paper(desk=replace(DESK, lanes=(BOTH, CAMPAIGNS)))
    _, gone = paper.publish(narrow, GONE)
    paper.publish(event(3, "hold.lifted", 30, supersedes=narrow.event_id))
    begun = next(one for one in paper.audit if one.kind == "cycle" and one.lane == CAMPAIGNS.name)
    paper.tell(gone, CAMPAIGNS.name, "superseded", "delete")
    paper.tell(begun, CAMPAIGNS.name, "executed", "delete", cycle=1)
    assert wrong(paper) == []
    paper.tell(gone, CAMPAIGNS.name, "executed", "delete", cycle=1)
    assert wrong(paper) == [("surplus", CAMPAIGNS.name)]
