"""What a receipt says of a consent that the router judged, and of all that came after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import DAY, NOW, POLICY, event, ids
from reconciling_support import Paper
from routing_support import DESK

from processors.reporting.fact import Fact
from processors.reporting.receipt import consented, receipt
from processors.reporting.report import report_of
from schemas.connections import parse_config
from schemas.errors import InvalidRecord, PolicyError
from schemas.policy import load_policy

if TYPE_CHECKING:
    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.records import AuditRecord

ONE, TWO = ("marketing-campaigns",), ("marketing-campaigns", "surveys")
GIVEN = event(1, "grant", 0, ONE)
BOTH = event(1, "grant", 0, TWO)
ENDED = event(2, "withdraw", 5, ONE)
EACH = ("email", "sms", "phone", "push", "post", "ads", "web")


def of(audit: list[AuditRecord], number: int = 1, policy: Policy = POLICY) -> dict[str, Any]:
    """The receipt of event `number`."""
    facts = [Fact(0, offset, record) for offset, record in enumerate(audit)]
    report = report_of(facts, NOW + DAY)
    return receipt(report, facts, consented(report, *ids(number)), "receipt-1", policy)


def after(*events: ConsentEvent, controller: str = "oomnis") -> list[AuditRecord]:
    config = parse_config({"controllers": {controller: {"policy": controller}}}, "tests")
    paper = Paper(desk=replace(DESK, config=config))
    paper.publish(*events)
    return paper.audit


def states(made: dict[str, Any]) -> list[str]:
    return [one["event_state"] for one in made["record"]["events"]]


def purposes(made: dict[str, Any]) -> list[str]:
    return [one["purpose_type"] for one in made["record"]["pii_processing"]]


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (ENDED, "withdrawn"),
        (event(2, "delete", 5), "withdrawn"),
        (event(2, "objection.raised", 5), "withdrawn"),
        (event(2, "consent.expired", 5, ONE), "expired"),
        (event(2, "minor.identified", 5, age=12), "invalidated"),
    ],
    ids=lambda one: getattr(one, "kind", one),
)
def test_a_consent_ends_by_whatever_ends_it(end: ConsentEvent, state: str) -> None:
    made = of(after(GIVEN, end))
    assert (made["state"], states(made)) == (state, ["given", state])
    assert made["record"]["events"][1]["kind"] == end.kind


@pytest.mark.parametrize(
    ("purpose", "end", "more"),
    [
        ("calendar-sync", "authorisation.withdrawn", {}),
        (
            "service-delivery",
            "contract.ended",
            {"data_domain": "service_data", "expressed_by": {"relation": "customer"}},
        ),
    ],
)
def test_where_it_was_not_the_persons_to_end_it_is_revoked(purpose: str, end: str, more: dict[str, Any]) -> None:
    made = of(after(event(1, "grant", 0, (purpose,), **more), event(2, end, 5, **more)))
    assert (made["state"], states(made)) == ("revoked", ["given", "revoked"])


def test_an_opt_out_ends_it() -> None:
    events = (
        event(1, "grant", 0, ("partner-offers",), controller="osows"),
        event(2, "optout.sale", 5, controller="osows"),
    )
    made = of(after(*events, controller="osows"), policy=load_policy("osows"))
    assert (made["state"], states(made)) == ("withdrawn", ["given", "withdrawn"])


@pytest.mark.parametrize(
    "other",
    [
        event(2, "withdraw", 5, data_domain="service_data"),
        event(2, "withdraw", 5, ("surveys",)),
        event(2, "optout.sale", 5),
        event(2, "delete", -5),
        event(2, "restriction.requested", 5),
        event(2, "access.requested", 5),
    ],
    ids=lambda one: one.kind,
)
def test_it_stands_whatever_else_is_asked(other: ConsentEvent) -> None:
    made = of(after(GIVEN, other))
    assert (made["state"], states(made)) == ("given", ["given"])


@pytest.mark.parametrize(
    "events",
    [
        (BOTH, event(2, "withdraw", 5, ("surveys",))),
        (GIVEN, event(2, "withdraw", 5, ONE, channels=("sms",))),
        (event(2, "withdraw", 5, ("surveys",)), BOTH),
    ],
    ids=["purpose", "channel", "late"],
)
def test_what_stands_in_part_is_neither_given_nor_withdrawn(events: tuple[ConsentEvent, ...]) -> None:
    made = of(after(*events))
    assert (made["state"], states(made)) == ("partly_withdrawn", ["given", "withdrawn"])


def test_channel_by_channel_it_is_withdrawn_in_the_end() -> None:
    ends = [event(number, "withdraw", number, ONE, channels=(one,)) for number, one in enumerate(EACH, 2)]
    assert of(after(GIVEN, *ends[:-1]))["state"] == "partly_withdrawn"
    assert of(after(GIVEN, *ends))["state"] == "withdrawn"


def test_it_may_be_renewed_and_end_again() -> None:
    again = event(3, "grant", 6, ONE)
    assert states(made := of(after(GIVEN, ENDED, again))) == ["given", "withdrawn", "renewed"]
    assert made["state"] == "renewed"
    assert of(after(GIVEN, ENDED, again), 2)["state"] == "renewed"
    assert states(of(after(GIVEN, ENDED, again), 3)) == ["given"], "of its own, and of nothing before it"
    assert of(after(GIVEN, ENDED, again, event(4, "delete", 7)))["state"] == "withdrawn"


def test_purposes_that_an_opt_out_bars_are_not_consented_to() -> None:
    there = {"controller": "osows", "jurisdiction": "US-CA"}
    audit = after(event(2, "optout.sale", 0, **there), event(1, "grant", 5, **there), controller="osows")
    made = of(audit, policy=load_policy("osows"))
    assert made["state"] == "given"
    assert {"targeted-advertising", "partner-offers"}.isdisjoint(purposes(made))
    assert "marketing" in purposes(made)


def test_purposes_that_have_to_be_named_are_in_no_receipt_of_everything() -> None:
    policy = load_policy("osome")
    made = of(after(event(1, "grant", 0, controller="osome"), controller="osome"), policy=policy)
    assert made["state"] == "given"
    assert set(policy.with_trait("by_name")).isdisjoint(purposes(made))


def test_purposes_that_cannot_rest_on_the_ground_it_names_are_in_none() -> None:
    made = of(after(event(1, "grant", 0, ("payments", "surveys"), lawful_basis="contract")))
    assert (made["state"], purposes(made)) == ("given", ["payments"])


def test_a_list_counts_for_nothing_that_the_person_withdrew_themselves() -> None:
    audit = after(event(2, "withdraw", -5, ("surveys",)), event(1, "grant", 0, TWO, method="import"))
    made = of(audit)
    assert (made["state"], purposes(made)) == ("given", ["marketing-campaigns"])


def test_what_the_rules_of_now_judge_otherwise_is_not_said_to_stand() -> None:
    (planned,) = after(GIVEN)
    assert planned.event
    other = planned.event.changed(purposes=("something-else",))
    assert of([planned.changed(event=other)])["state"] == "unknown"


def test_there_is_none_where_nobody_can_say_what_stands() -> None:
    (planned,) = after(GIVEN)
    assert planned.policy
    unknown = planned.policy.model_copy(update={"version": "2000-01-01"})
    with pytest.raises(PolicyError, match="2000-01-01"):
        of([planned.changed(policy=unknown)])


def test_of_a_grant_that_counted_for_nothing_there_is_no_receipt() -> None:
    audit = after(event(1, "grant", 0, ("surveys",), lawful_basis="contract"))
    assert {leg.reason for leg in audit[0].legs or ()} == {"other_basis"}
    with pytest.raises(InvalidRecord, match="it counted for nothing"):
        of(audit)
