"""What a vendor told us: its lane sends nothing for it, and nothing that is older either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import DOWN, GOOD, REDRIVE, REFUSED, Driven
from reconciling_support import Paper
from routing_support import EMAIL, event
from test_known_identities import by, told

from schemas.records import Evidence

if TYPE_CHECKING:
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


@pytest.mark.parametrize("kind", ["withdraw", "delete"])
@pytest.mark.parametrize("answer", [DOWN, REFUSED], ids=["parked", "failed"])
def test_a_grant_that_waits_or_has_failed_is_never_sent_any_more(answer: VendorError, kind: str) -> None:
    grant, known = to(LANE, GRANT, heard(kind=kind))
    assert (known.told, grant.told) == (True, False)
    lane = Driven(budget_s=0)
    lane.arrive(grant)
    assert lane.round(answer) == [0]
    lane.arrive(known)
    lane.commit()
    lane.core.redrive(REDRIVE, None, lane.now)
    lane.seconds += 86_400
    assert [lane.round(GOOD) for _ in range(3)] == [[], [], []]
    assert (lane.state, lane.offset) == ({}, 2)
    assert known.delivery_id not in {record.delivery_id for record in lane.audit}


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
