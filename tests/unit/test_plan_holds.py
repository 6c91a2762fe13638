"""Deletions under a hold, wherever the data is, and what begins anew when the hold is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from plan_support import CAMPAIGNS, CRM, DAY, LANES, NOW, due, event, ids, run
from routing_support import DESK, EMAIL, incoming

from processors.routing.route import route
from schemas.ids import outcome_record_id, task_id

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.plan import Plan
    from processors.routing.incoming import Routed
    from schemas.records import Leg
    from schemas.state import SubjectState

CRM_ID = "zoho-one/crm"
HOLD = event(1, "hold.placed", 0, ["rights-defence"], until=NOW + 30 * DAY)
WISH = event(2, "delete", 1, identities=[EMAIL])
LIFT = event(3, "hold.lifted", 2, supersedes=ids(1)[0])


def at(made: Plan, recipient: str) -> list[Leg]:
    return [leg for leg in made.legs if leg.recipient == recipient]


def over(*lanes: Lane) -> Plan:
    """The lift, with these lanes; the deletion had none."""
    before = run(HOLD, WISH, lanes=())[-1].state
    (made,) = run(LIFT, lanes=lanes, state=before)
    return made


def test_without_a_connection_it_is_suppressed_by_hand_and_kept_with_a_date_of_review() -> None:
    *_, made = run(HOLD, WISH, lanes=())
    stop, kept = at(made, CRM_ID)
    assert (stop.kind, stop.action, stop.outcome) == ("task", "withdraw", "unbound_recipient")
    assert "rights-defence" not in stop.purposes, "what nobody can withdraw goes on"
    assert (kept.kind, kept.action, kept.outcome, kept.reason) == ("none", "delete", "retained", "legal_hold")
    assert (kept.review_at, kept.due_at, kept.delivery_id) == (NOW + 30 * DAY, None, None)
    assert [one.recipients for one in made.state.retained] == [(CRM_ID,)]
    assert due(made, "task")["microsoft/azure"].action == "delete", "others erase"


@pytest.mark.parametrize("lanes", [(), (replace(CRM, actions=frozenset({"withdraw"})),)])
def test_when_it_is_lifted_it_is_an_open_task_again(lanes: tuple[Lane, ...]) -> None:
    """Without a connection, or with one that can't delete by a call."""
    made = over(*lanes)
    (again,) = made.reopened
    assert (again.leg.kind, again.leg.action, again.leg.recipient) == ("task", "delete", CRM_ID)
    assert again.leg.outcome == ("manual_task" if lanes else "unbound_recipient")
    assert (again.leg.reopens, again.leg.delivery_id) == (WISH.event_id, None)
    assert again.leg.due_at is not None
    assert again.leg.due_at > NOW
    assert made.state.retained == ()


def test_who_got_a_connection_meanwhile_is_told_by_it() -> None:
    (again,) = over(CRM).reopened
    assert (again.leg.kind, again.leg.lane, again.leg.reopens) == ("delivery", "zoho-crm", WISH.event_id)


def test_a_connection_of_another_region_is_told_of_no_deletion_that_a_hold_had_kept() -> None:
    here, elsewhere = replace(CRM, name="crm-hk", regions=frozenset({"HK"})), replace(CRM, regions=frozenset({"EEA"}))
    wish = event(2, "delete", 1, jurisdiction="HK")
    *_, made = run(HOLD, wish, LIFT, lanes=(here, elsewhere))
    assert [one.leg.lane for one in made.reopened] == ["crm-hk"]
    *_, made = run(HOLD, wish, LIFT, lanes=(elsewhere,))
    assert [(one.leg.lane, one.leg.outcome) for one in made.reopened] == [(None, "unbound_recipient")]


def test_a_hold_on_everything_keeps_what_is_by_hand_and_lets_alone_what_has_ended_anyway() -> None:
    placed = event(1, "hold.placed", 0)
    *_, deletion, lifted = run(placed, WISH, LIFT, lanes=(CAMPAIGNS,))
    assert {leg.recipient for leg in deletion.legs if leg.action == "delete" and leg.kind != "none"} == set()
    assert [leg.outcome for leg in at(deletion, "stripe")] == ["not_applicable"]
    held = {leg.recipient for leg in deletion.legs if leg.reason == "legal_hold"}
    assert {one.leg.recipient for one in lifted.reopened} == held == set(deletion.state.retained[0].recipients)
    by_hand = next(one.leg for one in lifted.reopened if one.leg.recipient == "microsoft/azure")
    assert (by_hand.task, by_hand.outcome) == ("manual", "manual_task")


def test_two_deletions_that_one_hold_kept_send_what_is_still_granted_once() -> None:
    placed = event(1, "hold.placed", 0, ["surveys"])
    wishes = event(2, "delete", 1), event(4, "delete", 2)
    given, lift = event(5, "grant", 3, ["surveys"]), event(3, "hold.lifted", 4, supersedes=placed.event_id)
    *_, made = run(placed, *wishes, given, lift, lanes=(CAMPAIGNS,))
    assert [one.leg.action for one in made.reopened] == ["delete"] * 2
    assert [leg.action for leg in made.legs if leg.kind == "delivery"] == ["grant"]


def test_the_audit_tells_of_every_leg_that_begins_anew_with_a_lane_or_without() -> None:
    state: SubjectState | None = None
    last: Routed | None = None
    for one in (event(1, "hold.placed", 0), WISH, LIFT):
        last = route(incoming(one), DESK, lambda _, known=state: known)  # type: ignore[misc]
        state = last.state
    assert last is not None
    cycles = [record for record in last.audit if record.kind == "cycle"]
    assert {(record.event_id, record.cycle, record.reason) for record in cycles} == {
        (WISH.event_id, 1, "hold_lifted")
    }
    told = {leg.recipient: record for record in cycles for leg in record.legs or ()}
    assert len(told) == len({record.record_id for record in cycles}) == len(cycles)
    assert {told[who].lane for who in ("zoho-one/crm", "zoho-one/marketing")} == {"zoho-crm", "zoho-campaigns"}
    unbound = told["zoho-one/erp"]
    assert (unbound.lane, unbound.delivery_id, unbound.action) == (None, None, "delete")
    its_id = task_id(unbound.pid or "", WISH.event_id, "zoho-one/erp")
    assert unbound.record_id == outcome_record_id("cycle", its_id, 1, "hold_lifted", 0)
    assert last.unbound == sum(leg.outcome == "unbound_recipient" for one in cycles for leg in one.legs or ()) > 0
    assert {one.action for one in last.deliveries} == {"delete"}


def test_deletions_of_different_data_at_one_lane_send_what_is_still_granted_once() -> None:
    both = replace(CRM, serves=frozenset({CRM_ID, "zoho-one/marketing"}))
    customers = event(3, "delete", 2, data_domain="service_data", expressed_by={"relation": "customer"})
    given, lift = event(4, "grant", 3, ["surveys"]), event(5, "hold.lifted", 4, supersedes=HOLD.event_id)
    *_, made = run(HOLD, WISH, customers, given, lift, lanes=(both,))
    again = [one.leg.recipient for one in made.reopened if one.leg.lane]
    assert again == ["zoho-one/crm+zoho-one/marketing", CRM_ID]
    assert [(leg.action, leg.recipient) for leg in made.legs if leg.lane] == [("grant", again[0])]


def test_a_lift_of_everything_ends_a_hold_of_everything_also_where_a_customers_data_is() -> None:
    placed, lift = event(1, "hold.placed", 0), event(3, "hold.lifted", 2)
    *_, made = run(placed, WISH, lift, lanes=(CRM,))
    assert CRM_ID in {one.leg.recipient for one in made.reopened}
    assert made.state.retained == ()
    *_, made = run(placed, WISH, event(3, "hold.lifted", 2, data_domain="service_data"), lanes=(CRM,))
    assert made.reopened == ()


def test_what_is_granted_since_is_sent_again_behind_the_deletion_that_begins_anew() -> None:
    state: SubjectState | None = None
    last: Routed | None = None
    for one in (event(1, "hold.placed", 0), WISH, event(4, "grant", 2, ["surveys"]), event(3, "hold.lifted", 3)):
        last = route(incoming(one), DESK, lambda _, known=state: known)  # type: ignore[misc]
        state = last.state
    assert last is not None
    at_lists = [one.action for one in last.deliveries if one.lane == "zoho-campaigns"]
    assert at_lists == ["delete", "grant"]


def test_a_hold_on_a_purpose_is_one_on_what_follows_it_as_its_own_record_says() -> None:
    held, deleted = run(event(1, "hold.placed", 0, ["marketing-campaigns"]), WISH, lanes=LANES)
    (about,) = held.legs
    assert about.purposes == ("marketing-campaigns", "campaign-analytics")
    assert at(deleted, "google-analytics")[-1].outcome == "retained"
    assert "google-analytics" in {one for kept in deleted.state.retained for one in kept.recipients}
    (free,) = run(event(3, "hold.lifted", 2, ["marketing-campaigns"]), lanes=LANES, state=deleted.state)
    assert free.state.retained == ()
