"""A hold that ends tells a new lane of the deletion that it kept; a backfill doesn't bring it there once more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from backfill_support import WISHES, Bench, wanted
from plan_support import ANALYTICS, CAMPAIGNS
from reconciling_support import Paper
from routing_support import DESK, EMAIL, HOME, event, record

if TYPE_CHECKING:
    from schemas.events import ConsentEvent

HOLD = event(21, "hold.placed", 0, ["surveys"], subject_id="c-21")
GONE = event(22, "delete", 1, subject_id="c-21", identities=[EMAIL])
BACK = event(23, "grant", 2, ["surveys"], subject_id="c-21", identities=[EMAIL])
LIFT = event(24, "hold.lifted", 3, subject_id="c-21", supersedes=HOLD.event_id)


@pytest.mark.parametrize("came", [(GONE,), (GONE, BACK)], ids=["is_gone", "came_back"])
@pytest.mark.parametrize("at_once", [1, 3, 20])
async def test_a_deletion_that_a_holds_end_has_told_the_lane_of_is_not_brought_again(
    at_once: int, came: tuple[ConsentEvent, ...]
) -> None:
    bench = Bench(*WISHES[:5], HOLD, *came, *WISHES[5:], at_once=at_once, since=[LIFT])
    bench.control.take(wanted())
    await bench.own(tells="c1")
    assert GONE.event_id not in bench.brought
    assert "had_it_already 1" in (bench.detail("c1") or "")
    assert sorted(bench.brought) == sorted(wish.event_id for wish in WISHES)


async def test_a_hold_that_ends_meanwhile_tells_the_lane_once() -> None:
    bench = Bench(*WISHES, HOLD, GONE, BACK, at_once=1)
    bench.control.take(wanted())
    await bench.own(tells="c1", feed=[record(LIFT, 3)])
    deleted = [(one.event_id, one.cycle) for one in bench.deliveries if one.action == "delete"]
    assert deleted == [(GONE.event_id, 1)]


async def test_what_began_anew_before_the_lane_was_there_is_brought() -> None:
    bench = Bench(HOLD, GONE, BACK, LIFT)
    bench.control.take(wanted())
    await bench.own(tells="c1")
    assert bench.brought == [GONE.event_id] * 2, "with what was granted since"


def test_who_reconciles_does_not_miss_there_what_a_holds_end_has_told() -> None:
    before = replace(DESK, lanes=(ANALYTICS,), home=lambda _: HOME)
    paper = Paper(desk=before)
    paper.publish(HOLD, GONE)
    paper.desk = replace(before, lanes=(ANALYTICS, CAMPAIGNS))
    paper.publish(LIFT)
    paper.desk = before
    brought = paper.connect(CAMPAIGNS)
    assert [(one.kind, one.event_id) for one in paper.found()] == [("surplus", GONE.event_id)], "told twice"
    paper.audit = [one for one in paper.audit if one not in brought]
    assert paper.found() == []
