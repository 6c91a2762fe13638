"""What people are told, and what the company does by itself: cases that were planned wrongly once."""

from __future__ import annotations

import pytest
from cases_support import by_recipient, reasons, run, said, task

AT = "2026-03-02T18:00:00+00:00"


@pytest.mark.parametrize(
    ("policy", "kind", "purposes", "jurisdiction"),
    [
        ("osome", "optout.sale", None, "HK"),
        ("osome", "consent.withdrawn", ["due-diligence"], "HK"),
        ("osows", "consent.withdrawn", ["payments"], "US-UT"),
        ("oomnis", "objection.raised", ["payments"], "HK"),
    ],
)
def test_who_asked_for_what_cant_be_stopped_was_never_answered(
    policy: str, kind: str, purposes: list[str] | None, jurisdiction: str
) -> None:
    (made,) = run(said(policy, 1, kind, AT, purposes, jurisdiction=jurisdiction))
    answer = task(made, "reply")
    assert (answer.outcome, answer.reason) == ("manual_task", "nothing_to_stop")
    assert answer.due_at
    assert "own_systems" not in {leg.task for leg in made.legs}


@pytest.mark.parametrize("kind", ["access.requested", "correction.requested"])
def test_002_l280_a_question_from_where_no_law_of_ours_holds_left_out_our_own_systems(kind: str) -> None:
    (made,) = run(said("osows", 1, kind, AT, jurisdiction="US-TX"))
    assert task(made, "reply").rule == task(made, "own_systems").rule.replace("own", "processor")  # type: ignore[union-attr]


def test_002_l280_a_deletion_from_where_no_law_of_ours_holds_is_answered() -> None:
    (made,) = run(said("osows", 1, "deletion.requested", AT, jurisdiction="US-TX"))
    assert task(made, "reply").due_at


def test_003_l49_an_optout_of_a_sale_that_there_is_not_was_to_be_done_in_our_own_systems() -> None:
    (made,) = run(said("omigroup", 1, "optout.sale", AT, jurisdiction="VN"))
    assert [leg.task for leg in made.legs if leg.task] == ["reply"]


@pytest.mark.parametrize(
    ("purposes", "ends"),
    [
        (["direct-marketing"], False),
        (["direct-marketing", "service-updates"], False),
        (["lead-generation"], True),
        (["direct-marketing", "enquiries"], True),
        (["service-delivery"], True),
        (["due-diligence"], False),
        (None, True),
    ],
)
def test_000_l151_s35g_a_free_optout_was_said_to_end_the_service(purposes: list[str] | None, *, ends: bool) -> None:
    (made,) = run(said("osome", 1, "consent.withdrawn", AT, purposes, jurisdiction="HK"))
    assert (("not_applicable", "service_termination") in reasons(made)) == ends


def test_000_l135_s23_1_c_a_counterparty_got_no_corrected_copy_in_writing() -> None:
    (made,) = run(said("osome", 1, "correction.requested", AT, jurisdiction="HK"))
    told = {leg.recipient for leg in made.legs if leg.task == "notify_third_parties"}
    assert told == {"leadinfo", "transaction-counterparties"}
    assert by_recipient(made)["hubspot"].action == "correct"


def test_002_l252_what_a_minor_had_published_was_left_out() -> None:
    (made,) = run(said("osows", 1, "minor.identified", AT, age=17, jurisdiction="US-CA"))
    assert ("public", None) in reasons(made)


def test_003_l53_a_hold_said_nothing_to_whoever_erases_in_our_own_systems() -> None:
    hold = said("omigroup", 1, "hold.placed", AT, ["rights-protection"])
    wish = said("omigroup", 2, "deletion.requested", "2026-05-03T18:00:00+00:00", jurisdiction="VN")
    *_, made = run(hold, wish)
    ours = task(made, "own_systems")
    assert (ours.reason, ours.review_at) == ("legal_hold", run(hold)[-1].state.holds[0].review_at)
    assert task(run(wish)[-1], "own_systems").reason is None


@pytest.mark.parametrize("kind", ["access.requested", "correction.requested", "deletion.requested"])
@pytest.mark.parametrize("optout", ["optout.sale", "optout.targeted_ads"])
def test_4_ccr_904_3_rule_4_03_in_colorado_an_optout_is_due_before_what_was_sent_with_it(
    optout: str, kind: str
) -> None:
    first, then = run(*(said("osows", n, each, AT, jurisdiction="US-CO") for n, each in ((1, kind), (2, optout))))
    others = {(leg.recipient, leg.task): leg.due_at for leg in first.legs if leg.due_at}
    latest = max(leg.due_at for leg in then.legs if leg.due_at)
    assert all(latest < due_at for due_at in others.values() if due_at), "whichever was sent first"


def test_002_l168_who_erases_a_minor_by_hand_sees_that_it_is_one() -> None:
    (made,) = run(said("osows", 1, "minor.identified", AT, age=12, jurisdiction="US-CA"))
    erased = [leg for leg in made.legs if leg.action == "delete" and leg.kind == "task"]
    assert erased
    assert {leg.reason for leg in erased} == {"minor"}
