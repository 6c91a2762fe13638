"""Cases of the law that were planned wrongly once: each is named after what was wrong."""

from __future__ import annotations

from itertools import permutations

import pytest
from cases_support import by_recipient, day, lane, reasons, run, said, task

AT = "2026-03-02T18:00:00+00:00"
CALIFORNIA = {"jurisdiction": "US-CA"}


@pytest.mark.parametrize(
    ("policy", "purpose", "jurisdiction"),
    [
        ("osows", "marketing", "US-CA"),
        ("osows", "testimonials", "US-VA"),
        ("osome", "research-profiling", "HK"),
    ],
)
def test_a_withdrawal_of_what_the_company_does_by_itself_reached_nobody(
    policy: str, purpose: str, jurisdiction: str
) -> None:
    (made,) = run(said(policy, 1, "consent.withdrawn", AT, [purpose], jurisdiction=jurisdiction))
    ours = task(made, "own_systems")
    assert (ours.kind, ours.mark, ours.purposes) == ("task", "internal", (purpose,))


def test_001_l181_an_unsubscribe_that_recipients_carry_out_is_no_task_of_ones_own() -> None:
    (made,) = run(said("oomnis", 1, "consent.withdrawn", AT, ["surveys"], jurisdiction="EEA"))
    assert "own_systems" not in {leg.task for leg in made.legs}


@pytest.mark.parametrize("kind", ["consent.withdrawn", "objection.raised"])
def test_001_l118_a_bought_list_brought_back_who_had_opted_out(kind: str) -> None:
    stop = said("oomnis", 1, kind, AT, ["prospecting"], jurisdiction="EEA")
    bought = said("oomnis", 2, "consent.granted", "2026-03-09T18:00:00+00:00", ["prospecting"], method="import_list")
    first, then = run(stop, bought)
    assert (then.verdict, then.reason) == ("stale", "import_after_choice")
    assert not then.legs
    assert {plans[-1].state.choices for plans in (run(stop, bought), run(bought, stop))} == {first.state.choices}


def test_a_list_counts_behind_ones_own_choices_in_every_order_of_arrival() -> None:
    stop = said("oomnis", 1, "consent.withdrawn", "2026-03-02T18:00:00+00:00", ["prospecting"])
    again = said("oomnis", 2, "consent.granted", "2026-03-03T18:00:00+00:00", ["prospecting"])
    bought = said("oomnis", 3, "consent.granted", "2026-03-04T18:00:00+00:00", ["prospecting"], method="import_list")
    ends = [run(*events)[-1].state.choices for events in permutations((stop, again, bought))]
    assert {tuple(choice.event_id for choice in end if choice.method != "import_list") for end in ends} == {
        (again.event_id,)
    }
    assert len(set(ends)) == 1


@pytest.mark.parametrize("kind", ["access.requested", "consent.withdrawn", "minor.identified", "objection.raised"])
def test_001_l224_an_end_users_request_about_a_customers_data_was_acted_on(kind: str) -> None:
    event = said("oomnis", 1, kind, AT, data_domain="service_data", jurisdiction="EEA")
    (made,) = run(event, lanes=(lane("oomnis", "zoho-one/crm"),))
    assert task(made, "route_to_customer").kind == "task"
    assert {leg.task for leg in made.legs} <= {"route_to_customer", "acknowledgement", "reply", None}
    assert {leg.kind for leg in made.legs} == {"task", "none"}
    assert not made.state.choices
    assert made.state.erased_at is None


def test_002_l168_an_account_of_a_minor_was_closed_by_the_later_day_of_the_processors() -> None:
    (made,) = run(said("osows", 1, "minor.identified", AT, jurisdiction="US-CO", age=12))
    assert (task(made, "deactivate_account").rule or "").startswith("coppa.parent.own.")
    assert day(task(made, "deactivate_account").due_at, -5) == "2026-03-09"
    assert task(made, "deactivate_account").all_purposes, "and not only for what is sold"


def test_a_lift_of_one_hold_said_that_nothing_was_held_while_another_hold_went_on() -> None:
    placed = said("oomnis", 1, "hold.placed", AT)
    lifted = said("oomnis", 2, "hold.lifted", "2026-03-03T18:00:00+00:00", ["rights-defence"])
    assert ("not_applicable", "still_held") in reasons(run(placed, lifted)[-1])
    assert ("not_applicable", "nothing_held") in reasons(run(lifted)[-1])


@pytest.mark.parametrize(("age", "is_child"), [(12, True), (13, False), (15, False), (17, False)])
def test_16_cfr_312_2_coppa_set_the_days_for_people_of_thirteen_and_more(age: int, *, is_child: bool) -> None:
    (made,) = run(said("osows", 1, "minor.identified", AT, age=age, **CALIFORNIA))
    assert any((leg.rule or "").startswith("coppa.") for leg in made.legs) == is_child
    assert by_recipient(made)["stripe"].due_at


@pytest.mark.parametrize("policy", ["osome", "omigroup"])
def test_a_minor_under_a_policy_that_is_silent_on_minors_was_let_pass(policy: str) -> None:
    (made,) = run(said(policy, 1, "minor.identified", AT, age=12))
    seen = task(made, "review")
    assert (seen.outcome, seen.reason) == ("manual_task", "policy_silent_on_minors")
    assert seen.due_at


def test_000_l118_s26_the_review_left_out_what_the_company_does_by_itself() -> None:
    (made,) = run(said("osome", 1, "deletion.requested", AT, jurisdiction="HK"))
    (ours,) = [leg for leg in made.legs if leg.task == "review" and leg.recipient is None]
    assert {"payments", "research-profiling", "service-delivery"} <= set(ours.purposes)


def test_an_optout_of_sale_left_a_purpose_withdrawn_that_nobody_was_told_to_stop() -> None:
    given = said("oomnis", 1, "consent.granted", AT, ["marketing-campaigns"])
    out = said("oomnis", 2, "optout.sale", "2026-03-03T18:00:00+00:00", ["marketing-campaigns"])
    first, then = run(given, out, lanes=(lane("oomnis", "zoho-one/marketing"),))
    assert then.state.choices == first.state.choices
    assert not [leg for leg in then.legs if leg.kind != "none" and leg.recipient]


def test_a_choice_about_mail_alone_was_a_task_at_cookies_that_know_no_mail() -> None:
    (made,) = run(said("oomnis", 1, "consent.withdrawn", AT, ["campaign-analytics"], channels=("email",)))
    cookies = by_recipient(made)["zoho-salesiq"]
    assert (cookies.kind, cookies.outcome, cookies.reason) == ("none", "not_applicable", "channel")
    (every,) = run(said("oomnis", 2, "consent.withdrawn", AT, ["campaign-analytics"], channels=("email", "web")))
    assert by_recipient(every)["zoho-salesiq"].kind == "task"


def test_001_l174_nobody_told_the_employee_to_withdraw_at_the_employers_too() -> None:
    (made,) = run(said("oomnis", 1, "authorisation.withdrawn", AT, ["calendar-sync"], jurisdiction="EEA"))
    assert task(made, "tell_person").reason == "withdraw_there_too"
    assert task(made, "notify_authorising_org").rule == "house.authorisation.notify.internal-7d"
