"""Deletions, what comes before them late, and what comes after."""

from __future__ import annotations

from typing import Any

import pytest
from plan_support import LANES, NOW, cells, due, event, ids, run

from schemas.drafts import Series

MARKETING = ("marketing-campaigns",)
ORDER: dict[str, Any] = {"data_domain": "service_data", "expressed_by": {"relation": "customer"}}
"""Of the company whose data it is."""


def test_a_deletion_reaches_every_recipient_but_the_exempt_one() -> None:
    (made,) = run(event(1, "delete"))
    deliveries = due(made, "delivery")
    assert set(deliveries) == {"zoho-one/crm", "zoho-one/marketing", "google-analytics"}
    assert set(due(made, "task")) == {
        "microsoft/azure", "microsoft/microsoft-365", "zoho-one/erp", "zoho-analytics", "zoho-salesiq", None,
    }  # fmt: skip
    assert due(made, "task")[None].task == "reply"
    stripe = due(made, "none")["stripe"]
    assert (stripe.outcome, stripe.reason, stripe.basis) == ("not_applicable", "basis", "contract")
    crm = deliveries["zoho-one/crm"]
    assert (crm.action, crm.channels, crm.overtaken, crm.all_purposes) == ("delete", (), (), True)
    assert set(crm.purposes) == {
        "comms-marketing", "comms-support", "comms-service-notice", "customer-support", "prospecting",
        "rights-defence",
    }  # fmt: skip


def test_a_deletion_forgets_the_choices_up_to_it() -> None:
    *_, made = run(event(1, "grant", 0, MARKETING), event(2, "withdraw", 5, ["surveys"]), event(3, "delete", 5))
    assert made.state.choices == ()
    assert made.state.erased_at == made.occurred_at


@pytest.mark.parametrize("at", [0, 4, 5])
def test_a_second_deletion_that_is_not_newer_has_nothing_left_to_do(at: int) -> None:
    first, second = run(event(1, "delete", 5), event(2, "delete", at))
    assert (second.verdict, second.reason, second.legs) == ("stale", "already_erased", Series())
    assert second.state.erased_at == first.state.erased_at


def test_a_newer_deletion_is_carried_out_again() -> None:
    _, second = run(event(1, "delete", 5), event(2, "delete", 6))
    assert (second.verdict, second.state.erased_at) == ("planned", second.occurred_at)


@pytest.mark.parametrize(
    ("at", "method", "reason"),
    [
        (4, "web_form", "grant_before_erasure"),
        (5, "web_form", "grant_before_erasure"),
        (4, "import", "grant_before_erasure"),
        (6, "import", "import_after_erasure"),
        (6, "import_list", "import_after_erasure"),
        (6, "web_form", None),
        (6, "api", None),
    ],
)
def test_after_an_erasure_a_grant_must_be_newer_and_the_persons_own(at: int, method: str, reason: str | None) -> None:
    _, made = run(event(1, "delete", 5), event(2, "grant", at, MARKETING, method=method))
    assert made.reason == reason
    assert made.verdict == ("stale" if reason else "planned")
    assert bool(made.legs) == bool(made.state.choices) == (reason is None)


def test_a_late_withdrawal_from_before_the_erasure_still_goes_out_and_leaves_no_trace() -> None:
    _, made = run(event(1, "delete", 5), event(2, "withdraw", 4, MARKETING))
    assert set(due(made, "delivery")) == {"zoho-one/marketing", "google-analytics"}
    assert made.state.choices == ()


def test_a_deletion_older_than_a_grant_is_carried_out_and_the_grant_sent_again() -> None:
    *_, made = run(
        event(1, "grant", 0, ["surveys"]),
        event(2, "grant", 10, MARKETING),
        event(3, "grant", 11, ["comms-marketing"]),
        event(4, "delete", 5),
    )
    assert made.verdict == "planned"
    legs = {(leg.lane, leg.action): leg for leg in made.legs if leg.kind == "delivery"}
    assert [key for key in legs if key[0] == "zoho-campaigns"] == [
        ("zoho-campaigns", "delete"),
        ("zoho-campaigns", "grant"),
    ]
    again = legs["zoho-campaigns", "grant"]
    assert cells(again) == {("marketing-campaigns", "email")}
    assert again.grants == ids(2)
    assert again.delivery_id not in {None, legs["zoho-campaigns", "delete"].delivery_id}
    assert legs["zoho-crm", "grant"].grants == ids(3)
    assert {c.event_id for c in made.state.choices} == set(ids(2, 3))


def test_what_was_withdrawn_after_the_deletion_is_not_granted_again() -> None:
    *_, made = run(
        event(1, "grant", 10), event(2, "withdraw", 11, ["prospecting", *MARKETING]), event(3, "delete", 5)
    )
    again = {leg.lane: leg for leg in made.legs if leg.action == "grant"}
    assert cells(again["zoho-campaigns"]) == {("surveys", "email")}
    assert cells(again["google-analytics"]) == {("trend-analytics", "ads"), ("trend-analytics", "web")}
    assert "zoho-crm" not in again, "one switch, and prospecting stands withdrawn"


def test_deleting_a_customers_data_leaves_the_persons_own_alone() -> None:
    *_, made = run(event(1, "grant", 0, MARKETING), event(2, "delete", 5, **ORDER))
    assert {leg.recipient for leg in made.legs} == {"microsoft/azure", "zoho-one/crm", None}
    assert made.state.erased_at is None
    assert [c.purpose for c in made.state.choices if c.status == "granted"] == ["campaign-analytics", *MARKETING]


def test_deleting_the_persons_own_data_leaves_the_customers_alone() -> None:
    other = event(1, "grant", 0, ["service-support"], data_domain="service_data")
    *_, made = run(other, event(2, "delete", 5))
    assert [c.purpose for c in made.state.choices] == ["service-support"]


def test_a_late_grant_does_not_bring_a_customers_deleted_data_back() -> None:
    late = event(2, "grant", 4, ["service-support"], data_domain="service_data")
    *_, made = run(event(1, "delete", 5, **ORDER), late)
    assert made.verdict == "stale"


def test_the_same_event_always_gives_the_same_plan() -> None:
    events = [event(1, "grant", 10), event(2, "withdraw", 2), event(3, "delete", 5)]
    assert run(*events) == run(*events, lanes=LANES[::-1], now=NOW)


def test_a_customers_import_is_no_matter_of_the_persons_own_erasure() -> None:
    later = event(2, "grant", 6, ["service-support"], data_domain="service_data", method="import")
    *_, made = run(event(1, "delete", 5), later)
    assert (made.verdict, [c.purpose for c in made.state.choices]) == ("planned", ["service-support"])


def test_an_import_that_is_newer_than_the_erasure_brings_nobody_back_whichever_arrives_first() -> None:
    imported = event(1, "grant", 10, ["marketing-campaigns"], method="import")
    erased = event(2, "delete", 5)
    _, deletion = run(imported, erased)
    assert deletion.state.choices == ()
    assert not [leg for leg in deletion.legs if leg.action == "grant"]
    _, late_import = run(erased, imported)
    assert late_import.verdict == "stale"


def test_a_withdrawal_that_an_import_had_covered_still_stands_against_an_older_grant() -> None:
    withdrawn = event(1, "withdraw", 20, ["marketing-campaigns"])
    imported = event(2, "grant", 50, ["marketing-campaigns"], method="import")
    erased, late = event(3, "delete", 0), event(4, "grant", 10, ["marketing-campaigns"])
    *_, last = run(withdrawn, imported, erased, late)
    assert last.verdict == "stale"
