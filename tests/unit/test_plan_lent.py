"""Grants without the person's own word: they begin something new, and undo nothing that protects."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from cases_support import by_recipient, lane, reasons, run, said

from processors.planning.bars import bars
from processors.planning.choices import Standing
from schemas.errors import InvalidRecord
from schemas.policy import load_policy

FIRST, THEN = (f"2026-03-0{day}T18:00:00+00:00" for day in (2, 9))
CRM = (lane("oomnis", "zoho-one/crm"),)
IMPORTED, LISTED = {"method": "import"}, {"method": "import_list"}
EMPLOYER = {"expressed_by": {"relation": "employer"}}
SIGNALLED = {"method": "signal", "expressed_by": {"relation": "browser_signal"}}
CLAIMED = {"lawful_basis": "legitimate_interest"}


@pytest.mark.parametrize("lent", [IMPORTED, LISTED, SIGNALLED, CLAIMED])
@pytest.mark.parametrize("kind", ["consent.withdrawn", "objection.raised", "consent.expired"])
def test_001_l118_nothing_but_the_persons_own_word_starts_again_what_was_stopped(
    kind: str, lent: dict[str, Any]
) -> None:
    stop = said("oomnis", 1, kind, FIRST, ["prospecting"], jurisdiction="EEA")
    later = said("oomnis", 2, "consent.granted", THEN, ["prospecting"], **lent)
    first, then = run(stop, later, lanes=CRM)
    assert (then.verdict, then.reason) == (
        "stale", "import_after_choice" if lent in (IMPORTED, LISTED) else "others_after_choice",
    )  # fmt: skip
    assert not then.legs
    assert {plans[-1].state.choices for plans in (run(stop, later), run(later, stop))} == {first.state.choices}


def test_001_l172_what_an_employee_ended_no_employer_begins_again() -> None:
    stop = said("oomnis", 1, "authorisation.withdrawn", FIRST, ["calendar-sync"], jurisdiction="EEA")
    again = said("oomnis", 2, "consent.granted", THEN, ["calendar-sync"], **EMPLOYER)
    own = said("oomnis", 3, "consent.granted", THEN, ["calendar-sync"])
    assert [made.reason for made in run(stop, again, own)] == [None, "others_after_choice", None]
    assert run(again)[-1].verdict == "planned", "before, the authorisation is enough (165)"


@pytest.mark.parametrize("lent", [IMPORTED, LISTED, EMPLOYER])
def test_a_lent_grant_doesnt_go_past_a_restriction(lent: dict[str, Any]) -> None:
    stop = said("oomnis", 1, "restriction.requested", FIRST, ["calendar-sync"], jurisdiction="EEA")
    later = said("oomnis", 2, "consent.granted", THEN, ["calendar-sync"], **lent)
    for order in permutations((stop, later)):
        state = run(*order)[-1].state
        policy = load_policy("oomnis")
        assert Standing.of(policy, state.choices, bars(policy, state.marks)).granted("calendar-sync", "email") is None
    assert run(stop, later)[-1].reason == "restricted"


@pytest.mark.parametrize("lent", [IMPORTED, EMPLOYER])
def test_nobody_else_brings_back_who_was_erased(lent: dict[str, Any]) -> None:
    erased = said("oomnis", 1, "deletion.requested", FIRST, jurisdiction="EEA")
    later = said("oomnis", 2, "consent.granted", THEN, ["account-and-integrations"], **lent)
    for order in permutations((erased, later)):
        assert run(*order)[-1].state.choices == ()
    why = "import" if lent is IMPORTED else "others"
    assert run(erased, later)[-1].reason == f"{why}_after_erasure"


def test_an_import_begins_what_nobody_has_spoken_of_and_leaves_the_rest() -> None:
    stop = said("oomnis", 1, "consent.withdrawn", FIRST, ["surveys"])
    later = said("oomnis", 2, "consent.granted", THEN, ["surveys", "marketing-campaigns"], **IMPORTED)
    *_, made = run(stop, later, lanes=(lane("oomnis", "zoho-one/marketing"), lane("oomnis", "zoho-one/crm")))
    leg = by_recipient(made)["zoho-one/marketing"]
    assert (leg.action, leg.purposes) == ("grant", ("marketing-campaigns",))


def test_an_imported_withdrawal_protects_as_any_other_and_ones_own_yes_undoes_it() -> None:
    given = said("oomnis", 1, "consent.granted", FIRST, ["surveys"])
    stop = said("oomnis", 2, "consent.withdrawn", THEN, ["surveys"], **LISTED)
    again = said("oomnis", 3, "consent.granted", "2026-03-10T18:00:00+00:00", ["surveys"])
    assert [made.verdict for made in run(given, stop, again)] == ["planned"] * 3


@pytest.mark.parametrize("relation", ["self", "parent", "representative", "agent"])
def test_who_speaks_for_the_person_speaks_as_the_person(relation: str) -> None:
    stop = said("oomnis", 1, "consent.withdrawn", FIRST, ["surveys"])
    again = said("oomnis", 2, "consent.granted", THEN, ["surveys"], expressed_by={"relation": relation})
    assert run(stop, again)[-1].verdict == "planned"


def test_001_l165_a_grant_counts_only_where_its_ground_is_one_of_the_purposes() -> None:
    named = ["marketing-campaigns", "web-meeting-recording"]
    claimed = said("oomnis", 1, "consent.granted", FIRST, named, **CLAIMED)
    (made,) = run(claimed, lanes=(lane("oomnis", "zoho-one/marketing"),))
    assert by_recipient(made)["zoho-one/marketing"].action == "grant"
    (leg,) = [leg for leg in made.legs if leg.reason == "other_basis"]
    assert (leg.purposes, leg.basis) == (("web-meeting-recording",), "consent")
    assert "web-meeting-recording" not in {choice.purpose for choice in made.state.choices}


def test_001_l165_an_employer_authorises_what_rests_on_that_and_consents_to_nothing() -> None:
    whole = said("oomnis", 1, "consent.granted", FIRST, **EMPLOYER)
    (made,) = run(whole)
    assert {choice.purpose for choice in made.state.choices} == {
        "account-and-integrations", "client-analytics", "calendar-sync",
    }  # fmt: skip
    assert "surveys" in next(leg for leg in made.legs if leg.reason == "other_basis").purposes


def test_a_consent_to_what_the_policy_rests_on_another_basis_counts_and_is_told() -> None:
    given = said("oomnis", 1, "consent.granted", FIRST, ["trend-analytics"], lawful_basis="Consent")
    (made,) = run(given, lanes=(lane("oomnis", "google-analytics"),))
    assert by_recipient(made)["google-analytics"].action == "grant"
    (leg,) = [leg for leg in made.legs if leg.reason == "policy_has_other_basis"]
    assert leg.basis == "legitimate_interest"


def test_an_unknown_basis_begins_nothing_and_stops_no_stop() -> None:
    with pytest.raises(InvalidRecord, match="lawful_basis: is no basis of oomnis 2021-09-08: consent, legit"):
        run(said("oomnis", 1, "consent.granted", FIRST, ["surveys"], lawful_basis="Art. 6(1)(x)"))
    stop = said("oomnis", 2, "consent.withdrawn", FIRST, ["surveys"], lawful_basis="Art. 6(1)(x)")
    (made,) = run(stop, lanes=(lane("oomnis", "zoho-one/marketing"),))
    assert by_recipient(made)["zoho-one/marketing"].action == "withdraw"
    assert ("not_applicable", "unknown_basis") in reasons(made)


@pytest.mark.parametrize(
    ("policy", "purpose", "recipient"),
    [
        ("oomnis", "web-meeting-recording", "microsoft/microsoft-365"),
        ("osome", "visitor-tracking", "hubspot"),
        ("osows", "usage-trends", "google-analytics"),
        ("omigroup", "events-surveys", "marketing"),
    ],
)
def test_an_objection_to_what_rests_on_consent_is_a_withdrawal_of_it(
    policy: str, purpose: str, recipient: str
) -> None:
    """As the policies' rows on objections say; Art. 21 GDPR itself is about legitimate interest."""
    (made,) = run(said(policy, 1, "objection.raised", FIRST, [purpose]), lanes=(lane(policy, recipient),))
    assert by_recipient(made)[recipient].action == "withdraw"
    assert next(leg for leg in made.legs if leg.reason == "taken_as_withdrawal").purposes == (purpose,)


def test_003_l76_where_no_interest_is_claimed_an_objection_is_to_all_that_rests_on_consent() -> None:
    (vietnam,) = run(said("omigroup", 1, "objection.raised", FIRST, jurisdiction="VN"))
    assert "events-surveys" in {choice.purpose for choice in vietnam.state.choices}
    (europe,) = run(said("oomnis", 1, "objection.raised", FIRST, jurisdiction="EEA"))
    assert "web-meeting-recording" not in {choice.purpose for choice in europe.state.choices}


def test_an_objection_ends_no_contract() -> None:
    (made,) = run(said("oomnis", 1, "objection.raised", FIRST, ["payments"], lawful_basis="contract"))
    assert ("not_applicable", "basis") in reasons(made)
    assert not made.state.choices


def test_000_l22_l107_part_6a_a_consent_to_everything_is_none_to_marketing() -> None:
    policy = load_policy("osome")
    blanket = said("osome", 1, "consent.granted", FIRST, jurisdiction="HK")
    named = said("osome", 2, "consent.granted", THEN, ["direct-marketing", "web-analytics"])
    stop = said("osome", 3, "consent.withdrawn", "2026-03-10T18:00:00+00:00")
    (made,) = run(blanket, lanes=(lane("osome", "hubspot"),))
    (leg,) = [leg for leg in made.legs if leg.reason == "not_named"]
    assert leg.purposes == ("service-updates", "direct-marketing", "new-purpose")
    assert by_recipient(made)["hubspot"].purposes == ("visitor-tracking",)
    ends = [run(*order)[-1].state.choices for order in permutations((blanket, named))]
    assert ends[0] == ends[1]
    granted = Standing.of(policy, ends[0])
    assert granted.granted("direct-marketing", "email")
    assert granted.granted("service-updates", "email") is None
    for order in permutations((blanket, named, stop)):
        assert Standing.of(policy, run(*order)[-1].state.choices).is_withdrawn("direct-marketing", "email")
