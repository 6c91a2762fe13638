"""What counts is when a choice was made, not when it arrived."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from plan_support import CAMPAIGNS, cells, due, event, ids, run

from schemas.drafts import Series
from schemas.errors import InvalidRecord
from schemas.events import ConsentEvent

MARKETING = ("marketing-campaigns",)
EMAIL = ("email",)


def test_a_late_grant_does_not_undo_a_newer_withdrawal() -> None:
    withdrawn, granted, *again = run(
        withdrawal := event(2, "withdraw", 5, MARKETING), grant := event(1, "grant", 0, MARKETING), withdrawal, grant
    )
    assert withdrawn.verdict == "planned"
    assert (granted.verdict, granted.reason, granted.legs) == ("stale", "overtaken_by_newer", Series())
    assert [(made.verdict, made.legs, made.state) for made in again] == [("duplicate", Series(), granted.state)] * 2
    assert {c.status for c in granted.state.choices} == {"withdrawn"}


@pytest.mark.parametrize("order", list(permutations(["grant", "withdraw"])))
def test_at_the_same_moment_the_more_protective_wins(order: tuple[str, str]) -> None:
    plans = run(*(event(len(action), action, 0, MARKETING) for action in order))
    assert {c.status for c in plans[-1].state.choices} == {"withdrawn"}
    assert [made.verdict for made in plans][order.index("grant")] == ("planned" if order[0] == "grant" else "stale")
    assert plans[order.index("withdraw")].verdict == "planned"


def test_of_two_withdrawals_at_the_same_moment_none_is_lost() -> None:
    plans = run(event(1, "withdraw", 0, MARKETING), event(2, "withdraw", 0, MARKETING))
    assert [len(due(made, "delivery")) for made in plans] == [2, 2]


def test_an_overtaken_part_is_taken_out_and_the_rest_is_due() -> None:
    _, made = run(event(1, "withdraw", 5, ["surveys"], channels=EMAIL), event(2, "grant", 0, ["surveys", *MARKETING]))
    leg = due(made, "delivery")["zoho-one/marketing"]
    assert (leg.purposes, leg.channels, leg.overtaken) == (MARKETING, EMAIL, ())


def test_a_scope_that_is_no_rectangle_names_what_is_missing() -> None:
    lane = replace(CAMPAIGNS, channels=("email", "sms"))
    _, made = run(event(1, "withdraw", 5, ["surveys"], channels=EMAIL), event(2, "withdraw", 0), lanes=(lane,))
    leg = due(made, "delivery")["zoho-one/marketing"]
    assert [(c.purpose, c.channel) for c in leg.overtaken] == [("surveys", "email")]
    assert cells(leg) == {("marketing-campaigns", "email"), ("marketing-campaigns", "sms"), ("surveys", "sms")}
    assert not leg.all_purposes, "somebody chose otherwise in between"


def test_a_lane_at_which_all_is_overtaken_gets_nothing() -> None:
    _, made = run(event(1, "withdraw", 5, ["surveys", *MARKETING]), event(2, "withdraw", 0))
    leg = due(made, "none")["zoho-one/marketing"]
    assert (leg.outcome, leg.reason, leg.lane) == ("superseded", "newer_choice", "zoho-campaigns")
    assert due(made, "delivery")["zoho-one/crm"].all_purposes
    assert made.verdict == "planned"


def test_a_newer_choice_about_everything_replaces_older_cells() -> None:
    plans = run(
        event(1, "grant", 0, ["surveys"]), event(2, "withdraw", 1, MARKETING, channels=EMAIL), event(3, "withdraw", 2)
    )
    assert [(c.purpose, c.channel) for c in plans[-1].state.choices] == [("*", "*")]


def test_the_follower_can_be_chosen_alone() -> None:
    *_, made = run(event(1, "grant", 0, MARKETING), event(2, "withdraw", 1, ["campaign-analytics"]))
    assert {c.purpose: c.status for c in made.state.choices} == {
        "marketing-campaigns": "granted",
        "campaign-analytics": "withdrawn",
    }
    assert set(due(made, "delivery")) == {"google-analytics"}


def test_one_switch_goes_on_only_when_nothing_behind_it_stands_withdrawn() -> None:
    _, blocked, _, freed = run(
        event(1, "withdraw", 0, ["prospecting"]),
        event(2, "grant", 1, ["comms-marketing"]),
        event(3, "withdraw", 2, ["surveys"]),
        event(4, "grant", 3, ["prospecting"]),
    )
    leg = due(blocked, "none")["zoho-one/crm"]
    assert (leg.outcome, leg.reason, leg.lane) == ("not_applicable", "other_purpose_withdrawn", "zoho-crm")
    assert due(freed, "delivery")["zoho-one/crm"].purposes == ("prospecting",)


def test_a_vendor_that_keeps_purposes_apart_is_granted_each() -> None:
    _, made = run(event(1, "withdraw", 0, ["surveys"]), event(2, "grant", 1, MARKETING))
    assert due(made, "delivery")["zoho-one/marketing"].purposes == MARKETING


def test_repeats_are_known_by_their_content_however_they_were_received() -> None:
    first = event(1, "withdraw", 0, MARKETING)
    again = first.model_copy(update={"received_at": first.occurred_at})
    planned, repeated = run(first, again)
    assert (repeated.verdict, repeated.state) == ("duplicate", planned.state)


@pytest.mark.parametrize(
    "change", [{"subject_id": "c-1002"}, {"purposes": ("surveys",)}, {"kind": "consent.granted"}]
)
def test_an_id_that_stood_for_something_else_is_never_dropped(change: dict[str, object]) -> None:
    first = event(1, "withdraw", 0, MARKETING)
    with pytest.raises(InvalidRecord) as caught:
        run(first, ConsentEvent.model_validate({**first.model_dump(), **change}))
    assert (caught.value.reason, caught.value.field) == ("event_id_reuse", "event_id")


def test_the_last_32_events_are_remembered_stale_ones_too() -> None:
    plans = run(event(99, "withdraw", 59), *(event(n, "grant", 0) for n in range(1, 41)))
    assert tuple(seen.event_id for seen in plans[-1].state.recent) == ids(*range(9, 41))
    assert plans[-1].verdict == "stale"
