"""Who is told about a choice, and who isn't and why."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from plan_support import ANALYTICS, CAMPAIGNS, CRM, LANES, MINUTE, NOW, POLICY, cells, due, event, run

from processors.planning.kinds import KINDS
from schemas.errors import InvalidRecord
from schemas.events import Kind
from schemas.ids import delivery_id
from schemas.times import iso

MARKETING = ("marketing-campaigns",)


def test_withdrawing_campaigns_stops_them_and_their_analysis_and_touches_nobody_else() -> None:
    (made,) = run(event(1, "withdraw", purposes=MARKETING))
    deliveries = due(made, "delivery")
    assert set(deliveries) == {"zoho-one/marketing", "google-analytics"}
    assert cells(deliveries["zoho-one/marketing"]) == {("marketing-campaigns", "email")}
    assert deliveries["google-analytics"].purposes == ("campaign-analytics",)
    assert set(due(made, "task")) == {"zoho-analytics", "zoho-salesiq"}
    assert due(made, "none") == {}, "nothing to stripe, microsoft, crm"
    assert {c.purpose for c in made.state.choices} == {"marketing-campaigns", "campaign-analytics"}


def test_a_delivery_leg_is_complete() -> None:
    (made,) = run(event(1, "withdraw", purposes=MARKETING, received_at=NOW - 5 * MINUTE))
    leg = due(made, "delivery")["zoho-one/marketing"]
    assert (leg.lane, leg.vendor, leg.action) == ("zoho-campaigns", "zoho_campaigns", "withdraw")
    assert leg.delivery_id == delivery_id(
        "oomnis", event(1, "withdraw").event_id, leg.lane or "", "withdraw", "2021-09-08"
    )
    assert (leg.rule, leg.mark) == ("pdpo.optout.processor.internal-7d", "internal")
    assert iso(leg.due_at or 0) == "2026-03-09T15:59:59.999Z", (
        "no jurisdiction: the first end of a seventh day, in Hong Kong"
    )
    assert not leg.all_purposes


def test_a_grant_of_everything_that_a_restriction_takes_something_from_is_not_one_of_everything() -> None:
    late = event(2, "grant", 1)
    *_, made = run(event(1, "restriction.requested", 2, ["campaign-analytics"]), late)
    legs = due(made, "delivery")
    assert "campaign-analytics" not in legs["google-analytics"].purposes
    assert not legs["google-analytics"].all_purposes
    assert legs["zoho-one/crm"].all_purposes


def test_a_due_recipient_without_a_connection_is_open_work() -> None:
    (made,) = run(event(1, "withdraw", purposes=["surveys"]), lanes=())
    (task,) = made.legs
    assert (task.kind, task.recipient, task.outcome) == ("task", "zoho-one/marketing", "unbound_recipient")
    assert (task.lane, task.due_at, task.task) == (
        None,
        due(run(event(1, "withdraw"))[0], "delivery")["zoho-one/crm"].due_at,
        None,
    )


def test_withdrawing_everything_says_what_goes_on_and_on_which_basis() -> None:
    (made,) = run(event(1, "withdraw"))
    stripe = due(made, "none")["stripe"]
    assert (stripe.outcome, stripe.reason, stripe.basis) == ("not_applicable", "basis", "contract")
    assert set(due(made, "delivery")) == {"zoho-one/crm", "zoho-one/marketing", "google-analytics"}
    assert all(leg.all_purposes for leg in due(made, "delivery").values())
    assert [(c.purpose, c.channel) for c in made.state.choices] == [("*", "*")]
    crm = due(made, "delivery")["zoho-one/crm"]
    assert cells(crm) == {("comms-marketing", "email"), ("prospecting", "email")}


@pytest.mark.parametrize("action", ["withdraw", "grant"])
def test_a_purpose_that_no_choice_can_stop_or_start_is_answered_with_its_basis(action: str) -> None:
    (made,) = run(event(1, action, purposes=["payments", "rights-defence"]))
    told = {leg.recipient: (leg.kind, leg.outcome, leg.reason, leg.basis) for leg in made.legs if leg.recipient}
    assert told == {
        "stripe": ("none", "not_applicable", "basis", "contract"),
        "zoho-one/erp": ("none", "not_applicable", "basis", "contract"),
        "zoho-one/crm": ("none", "not_applicable", "basis", "legitimate_interest"),
    }


def test_only_channels_that_event_and_lane_share_are_due() -> None:
    (made,) = run(event(1, "withdraw", purposes=MARKETING, channels=("email", "web")))
    assert cells(due(made, "delivery")["google-analytics"]) == {("campaign-analytics", "web")}
    (made,) = run(event(2, "withdraw", purposes=MARKETING, channels=("email",)))
    leg = due(made, "none")["google-analytics"]
    assert (leg.lane, leg.outcome, leg.reason) == ("google-analytics", "not_applicable", "channel")


@pytest.mark.parametrize(
    ("jurisdiction", "is_due"),
    [
        ("HK", True), (None, True), ("US", True), ("US-CA", True), ("DE", True), ("eea", True), (" hk", True),
        ("US-NY", False), ("CH", False), ("H", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_a_connection_acts_in_its_regions_and_wherever_none_is_named(
    jurisdiction: str | None, action: str, *, is_due: bool
) -> None:
    lanes = (replace(CAMPAIGNS, regions=frozenset({"HK", "EEA", "us-ca"})),)
    (made,) = run(event(1, action, jurisdiction=jurisdiction), lanes=lanes)
    legs = [leg for leg in made.legs if leg.recipient == "zoho-one/marketing"]
    found = {(leg.kind, leg.outcome, leg.reason) for leg in legs}
    nobody_there = {("none", "not_applicable", "region"), ("task", "unbound_recipient", None)}
    assert found == ({("delivery", None, None)} if is_due else nobody_there)


def test_who_is_somewhere_in_a_wider_place_may_be_where_the_connection_is() -> None:
    assert replace(CRM, regions=frozenset({"DE"})).is_due_in("EEA")
    assert not replace(CRM, regions=frozenset({"CH"})).is_due_in("EEA")


def test_all_connections_of_a_recipient_are_due_once_each() -> None:
    lanes = (
        CAMPAIGNS,
        replace(CAMPAIGNS, name="another-account"),
        replace(CAMPAIGNS, name="alien", controller="acme"),
    )
    (made,) = run(event(1, "withdraw", purposes=["surveys"]), lanes=lanes)
    assert [leg.lane for leg in made.legs] == ["another-account", "zoho-campaigns"]
    assert len({leg.delivery_id for leg in made.legs}) == 2


def test_a_lane_that_serves_several_recipients_gets_one_leg() -> None:
    suite = replace(CRM, name="suite", serves=frozenset({"zoho-one/crm", "zoho-one/marketing", "zoho-one/erp"}))
    (made,) = run(event(1, "withdraw", purposes=["surveys", "prospecting", "payments"]), lanes=(suite,))
    leg = due(made, "delivery")["zoho-one/crm+zoho-one/marketing"]
    assert leg.purposes == ("surveys", "prospecting")


def test_data_of_a_customer_is_another_matter_than_the_persons_own() -> None:
    (made,) = run(event(1, "withdraw", data_domain="service_data", expressed_by={"relation": "customer"}))
    assert {leg.recipient: leg.basis for leg in made.legs if leg.recipient} == {
        "microsoft/azure": "contract",
        "zoho-one/crm": "contract",
    }
    assert [(c.purpose, c.channel) for c in made.state.choices] == [("service_data/*", "*")]
    (_, granted) = run(event(1, "withdraw", 5, data_domain="service_data"), event(2, "grant", 1, MARKETING))
    assert granted.verdict == "planned"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purposes": ["surveys", "astrology"]}, "purposes.1"),
        ({"purposes": ["service-support"]}, "purposes.0"),
        ({"purposes": ["surveys"], "data_domain": "service_data"}, "purposes.0"),
        ({"policy_id": "acme"}, "policy_id"),
        ({"policy_version": "1999-01-01"}, "policy_version"),
    ],
)
def test_an_event_that_the_policy_does_not_know_is_refused_by_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        run(event(1, "withdraw", **changes))  # type: ignore[arg-type]
    assert caught.value.field == field
    assert "astrology" not in str(caught.value), "what was typed there may be anything"


def test_an_event_may_name_the_policy_that_applies() -> None:
    (made,) = run(event(1, "withdraw", policy_id=POLICY.id, policy_version=POLICY.version))
    assert made.verdict == "planned"


@pytest.mark.parametrize("kind", sorted(get_args(Kind)))
def test_every_kind_of_event_is_planned(kind: str) -> None:
    (made,) = run(event(1, kind))
    assert made.verdict == "planned"
    assert set(KINDS) == set(get_args(Kind))
    assert all(leg.due_at and leg.rule and leg.mark for leg in made.legs if leg.kind != "none")


@pytest.mark.parametrize("kind", ["withdraw", "access.requested", "restriction.requested", "correction.requested"])
def test_what_an_adapter_cannot_do_is_a_persons_work(kind: str) -> None:
    mute = replace(ANALYTICS, actions=frozenset({"delete"}))
    (made,) = run(event(1, kind), lanes=(*LANES[:2], mute))
    (leg,) = [leg for leg in made.legs if leg.recipient == "google-analytics"]
    assert (leg.kind, leg.outcome, leg.reason, leg.lane) == ("task", "manual_task", "no_call_for_it", None)
    assert leg.task == {"withdraw": "withdraw", "access.requested": "collect"}.get(kind, leg.action)
