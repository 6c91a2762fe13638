"""What a vendor told us: its lane sends nothing for it, and nothing older; unless a grant crossed it on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import DOWN, GOOD, REDRIVE, REFUSED, SOON, Driven, runs
from reconciling_support import Paper
from replaying_support import folded
from routing_support import EMAIL, event
from test_known_identities import by, told

from processors.replaying.fold import in_order
from schemas.records import Evidence

if TYPE_CHECKING:
    from processors.vendors.base import Result
    from schemas.errors import VendorError
    from schemas.events import ConsentEvent
    from schemas.records import Delivery

LANE = "zoho-campaigns"
BY_VENDOR = {"expressed_by": {"relation": "vendor"}, "published_by": LANE}
GRANT = by(1, "grant", 0, EMAIL)


def heard(number: int = 2, kind: str = "withdraw", at: int = 5, **more: Any) -> ConsentEvent:
    return by(number, kind, at, EMAIL, **BY_VENDOR, **more)


def to(lane: str, *events: ConsentEvent) -> list[Delivery]:
    return [delivery for routed in told(*events) for delivery in routed.deliveries if delivery.lane == lane]


KINDS = pytest.mark.parametrize("kind", ["withdraw", "delete"])


@KINDS
def test_a_grant_that_has_failed_is_never_sent_any_more(kind: str) -> None:
    grant, known = to(LANE, GRANT, heard(kind=kind))
    assert (known.told, grant.told) == (True, False)
    lane = Driven(budget_s=0)
    lane.arrive(grant)
    assert lane.round(REFUSED) == [0]
    lane.arrive(known)
    lane.commit()
    lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(None), lane.now)
    lane.seconds += 86_400
    assert [lane.round(GOOD) for _ in range(3)] == [[], [], []]
    assert (lane.state, lane.offset) == ({}, 2)
    assert known.delivery_id not in {record.delivery_id for record in lane.audit}


@KINDS
def test_past_a_grant_that_waits_it_is_sent_instead(kind: str) -> None:
    """That one was tried: nobody knows when the vendor heard of it."""
    lane = Driven(budget_s=0)
    grant, known = to(LANE, GRANT, heard(kind=kind))
    lane.arrive(grant)
    assert lane.round(DOWN) == [0]
    lane.arrive(known)
    lane.commit()
    lane.seconds += 86_400
    assert [lane.round(GOOD) for _ in range(3)] == [[1], [], []]
    assert (lane.state, lane.offset) == ({}, 2)


def sent_to_the_end(lane: Driven) -> list[int]:
    found = []
    for _ in range(6):
        found += lane.round(GOOD)
        lane.core.redrives.begin(REDRIVE, lane.core.redrives.failed(None), lane.now)
        lane.commit()
        lane.seconds += 86_400
    return found


@KINDS
@pytest.mark.parametrize("answer", [GOOD, DOWN, REFUSED, None], ids=["done", "parked", "failed", "killed"])
def test_what_crossed_a_grant_on_its_way_is_the_last_that_the_vendor_hears(
    answer: Result | VendorError | None, kind: str
) -> None:
    paper = Paper()
    paper.publish(GRANT, heard(kind=kind))
    lane = Driven(budget_s=0)
    grant, known = to(LANE, GRANT, heard(kind=kind))
    lane.arrive(grant)
    (call,) = lane.start()
    lane.arrive(known)
    lane.commit()
    if answer is None:
        lane.restart()
    else:
        lane.answer(call, answer)
    assert sent_to_the_end(lane)[-1] == 1
    assert (lane.state, lane.offset) == ({}, 2)
    paper.audit += lane.audit
    paper.close_requests()
    assert [one for one in paper.found() if one.lane == LANE] == []
    (request,) = [one for one in in_order(folded(paper.audit).requests) if one.event_id == heard().event_id]
    (leg,) = [leg for leg in request.legs if leg.lane == LANE]
    assert (leg.kind, leg.cycle, leg.outcome, leg.final) == ("delivery", 1, "executed", True)
    assert leg.due_at


WAITING = pytest.mark.parametrize("answer", [None, DOWN, REFUSED], ids=["untried", "parked", "failed"])


@WAITING
def test_what_crossed_a_grant_is_not_lost_to_a_second_word_of_the_vendor(answer: VendorError | None) -> None:
    grant, first, second = to(LANE, GRANT, heard(2), heard(3, at=6))
    lane = Driven(budget_s=0)
    lane.arrive(grant)
    (call,) = lane.start()
    lane.arrive(first)
    lane.commit()
    lane.answer(call, GOOD)
    lane.commit()
    if answer:
        assert lane.round(answer) == [1]
    lane.arrive(second)
    lane.commit()
    assert sent_to_the_end(lane) == [2]
    assert lane.state == {}


def test_nor_is_a_withdrawal_of_our_own_that_waits_behind_a_grant_that_was_done() -> None:
    grant, own, known = to(LANE, GRANT, by(2, "withdraw", 3, EMAIL), heard(3, at=6))
    lane = Driven(budget_s=0)
    lane.arrive(grant)
    assert lane.round(GOOD) == [0]
    lane.arrive(own)
    assert lane.round(DOWN) == [1]
    lane.arrive(known)
    lane.commit()
    assert sent_to_the_end(lane) == [2]


def test_it_is_sent_behind_a_grant_that_the_vendor_runs_a_job_for() -> None:
    lane = Driven(polls=SOON)
    lane.arrive(*(grant_and_known := to(LANE, GRANT, heard()))[:1])
    assert lane.round(runs()) == [0]
    lane.arrive(grant_and_known[1])
    lane.commit()
    assert lane.round(GOOD) == [1]
    assert [record.outcome for record in lane.audit if record.delivery_id == grant_and_known[0].delivery_id] == [
        "accepted", "superseded",
    ]  # fmt: skip


def test_what_comes_later_is_sent_as_ever_and_of_what_was_told_nothing_is_said() -> None:
    known, grant = to(LANE, heard(1, at=0), by(2, "grant", 5, EMAIL))
    lane = Driven()
    lane.arrive(known)
    lane.restart()
    lane.arrive(grant)
    lane.commit()
    assert lane.round(GOOD) == [1]
    assert [record.delivery_id for record in lane.audit] == [grant.delivery_id]


def test_one_that_was_said_before_takes_nothing_newer_out() -> None:
    """A withdrawal always counts, as it is planned only where it does; a deletion only if it was said later."""
    grant, known = to(LANE, by(1, "grant", 9, EMAIL), heard(kind="delete"))
    lane = Driven()
    lane.arrive(grant, known)
    lane.commit()
    assert lane.round(GOOD) == [0]


def test_all_others_are_told_and_the_leg_is_over() -> None:
    assert [delivery.told for delivery in to("google-analytics", heard(kind="delete"))] == [False]
    (routed,) = told(heard())
    (leg,) = [leg for leg in routed.audit[0].legs or () if leg.lane == LANE]
    assert (leg.kind, leg.outcome, leg.reason) == ("none", "not_applicable", "told_by_vendor")


def test_a_reconciliation_knows_what_has_overtaken_the_grant() -> None:
    paper = Paper()
    granted, _ = paper.publish(event(1, "grant", 0, ["surveys"], identities=[EMAIL]), heard())
    paper.tell(granted, LANE, "superseded", evidence=Evidence(detail=f"by_event={heard().event_id}"))
    assert paper.found() == []
