"""The cases of the law and of the four policies, by their clauses: Osows (002) and OmiGroup (003)."""

from __future__ import annotations

import pytest
from cases_support import by_recipient, day, lane, reasons, run, said, task

from processors.planning.bars import bars
from processors.planning.choices import Standing
from schemas.policy import load_policy

GPC = {"method": "signal", "expressed_by": {"relation": "browser_signal"}, "jurisdiction": "US-CA"}
AT = "2026-05-10T18:00:00+00:00"


def test_002_l180_what_was_done_before_a_withdrawal_stays_lawful_and_other_bases_go_on() -> None:
    (made,) = run(said("osows", 1, "consent.withdrawn", AT, ["marketing", "feedback", "service-delivery"]))
    assert ("not_applicable", "not_retroactive") in reasons(made)
    hosting = by_recipient(made)["netlify"]
    assert (hosting.kind, hosting.reason, hosting.purposes) == ("none", "basis", ("service-delivery",))


def test_002_l190_7025_7026_a_browsers_signal_is_an_optout_whatever_the_policy_says() -> None:
    signal = said("osows", 1, "optout.sale", "2026-06-15T17:00:00+00:00", **GPC)
    (made,) = run(signal, lanes=(lane("osows", "facebook-ads"),))
    legs = by_recipient(made)
    assert {"google-adsense", "facebook-remarketing", "facebook-ads", "google-analytics-remarketing"} < set(legs)
    assert {"linkedin-ads", "reddit-plugins", "youtube-plugins"} < set(legs)
    assert {"stripe", "netlify"}.isdisjoint(legs)
    assert next(iter(made.legs)).recipient == "google-tag-manager"
    for who in ("facebook-ads", "linkedin-ads"):
        assert (day(legs[who].due_at, -7), (legs[who].rule or "")[-5:]) == ("2026-07-08", ".15bd")
    assert legs["facebook-analytics"].outcome == "terminated_product"
    assert task(made, "show_honoured").kind == "task"


@pytest.mark.parametrize(
    ("at", "method", "reason"),
    [
        ("2027-07-01T00:00:00+00:00", None, "reconsent_not_confirmed"),
        ("2027-06-14T00:00:00+00:00", "two_step", "reconsent_too_early"),
        ("2027-07-01T00:00:00+00:00", "two_step", None),
    ],
)
def test_7028_1798_135_after_an_optout_a_consent_takes_two_steps_and_twelve_months(
    at: str, method: str | None, reason: str | None
) -> None:
    out = said("osows", 1, "optout.sale", "2026-06-15T17:00:00+00:00", **GPC)
    verified = {"verified_by": {"method": method, "at": at}} if method else {}
    again = said("osows", 2, "consent.granted", at, ["targeted-advertising"], jurisdiction="US-CA", **verified)
    for events in ((out, again), (again, out)):
        plans = {
            made.state.recent[-1].event_id: made for made in run(*events, lanes=(lane("osows", "facebook-ads"),))
        }
        last = plans[events[-1].event_id]
        if events[-1] is again:
            assert last.reason == reason
        standing = Standing.of(load_policy("osows"), last.state.choices)
        assert standing.cells, "whichever came first, the same stands"
    first, second = (run(*events)[-1].state for events in ((out, again), (again, out)))
    assert (first.choices, first.marks) == (second.choices, second.marks)


def test_002_l123_l127_a_deletion_tells_what_has_no_call_and_what_is_gone() -> None:
    (made,) = run(said("osows", 1, "deletion.requested", AT, jurisdiction="US-CA"))
    legs = by_recipient(made)
    assert (legs["youtube-embed"].kind, legs["youtube-embed"].task) == ("task", "client_signal")
    assert legs["google-plus"].outcome == "terminated_product"
    assert ("public", None) in reasons(made), "L105: testimonials"
    assert ("retained", "backup_isolated") in reasons(made), "L152"
    assert [day(task(made, name).due_at, -7) for name in ("acknowledgement", "reply")] == ["2026-05-22", "2026-06-24"]


@pytest.mark.parametrize(("age", "parent", "barred"), [(12, True, True), (15, False, True), (17, False, False)])
def test_002_l168_l170_minors_are_erased_and_the_young_must_agree_to_a_sale(
    age: int, *, parent: bool, barred: bool
) -> None:
    young = said("osows", 1, "minor.identified", AT, age=age, jurisdiction="US-CA")
    later = said("osows", 2, "consent.granted", "2026-06-01T00:00:00+00:00", ["targeted-advertising"])
    made, granted = run(young, later, lanes=(lane("osows", "facebook-ads"),))
    assert by_recipient(made)["facebook-ads"].action == "delete"
    assert task(made, "deactivate_account").kind == "task"
    assert [leg.task for leg in made.legs if leg.task == "parental_consent"] == ["parental_consent"] * parent
    assert granted.reason == ("minor" if barred else None)
    own = {"verified_by": {"method": "two_step", "at": AT}} if age >= 13 else {"expressed_by": {"relation": "parent"}}
    allowed = said("osows", 3, "consent.granted", "2026-06-02T00:00:00+00:00", ["targeted-advertising"], **own)
    assert run(young, allowed, lanes=(lane("osows", "facebook-ads"),))[-1].verdict == "planned"


def test_002_l168_l170_of_children_under_13_nothing_counts_but_what_a_parent_consents_to() -> None:
    young = said("osows", 1, "minor.identified", AT, age=12)
    own = said("osows", 2, "consent.granted", "2026-06-01T00:00:00+00:00", ["marketing", "location"])
    assert run(young, own)[-1].reason == "minor"
    parent = {"expressed_by": {"relation": "parent"}}
    allowed = said("osows", 3, "consent.granted", "2026-06-02T00:00:00+00:00", ["marketing"], **parent)
    *_, made = run(young, own, allowed)
    policy = load_policy("osows")
    standing = Standing.of(policy, made.state.choices, bars(policy, made.state.marks))
    assert [p for p in ("marketing", "location") if standing.granted(p, "email")] == ["marketing"]


def test_003_l37_art_9_4_a_consent_to_something_else_is_none_to_sensitive_data() -> None:
    policy = load_policy("omigroup")
    everything = said("omigroup", 1, "consent.granted", AT)
    bundled = said("omigroup", 2, "consent.granted", AT, ["request-handling", "sensitive-projects"])
    for one in (everything, bundled):
        (made,) = run(one)
        assert ("not_applicable", "separate_consent") in reasons(made)
        assert Standing.of(policy, made.state.choices).granted("sensitive-projects", "email") is None
    apart = said("omigroup", 3, "consent.granted", AT, ["sensitive-projects"])
    *_, made = run(bundled, apart)
    stands = Standing.of(policy, made.state.choices)
    assert stands.granted("sensitive-projects", "email")
    assert stands.granted("request-handling", "email")
    gone = said("omigroup", 4, "consent.withdrawn", "2026-05-11T00:00:00+00:00", ["sensitive-projects"])
    stands = Standing.of(policy, run(bundled, apart, gone)[-1].state.choices)
    assert stands.granted("sensitive-projects", "email") is None
    assert stands.granted("request-handling", "email"), "one withdrawal leaves the other"
    of_all = said("omigroup", 5, "consent.withdrawn", "2026-05-11T00:00:00+00:00")
    stands = Standing.of(policy, run(bundled, of_all, apart)[-1].state.choices)
    assert stands.is_withdrawn("sensitive-projects", "email"), "what is withdrawn of all is withdrawn of it, too"


def test_003_l51_l79_decree_356_art_5_2_a_withdrawal_and_a_class_that_nobody_is_bound_to() -> None:
    told = said("omigroup", 1, "consent.withdrawn", "2026-06-01T09:00:00+07:00", jurisdiction="VN")
    (made,) = run(told, lanes=(lane("omigroup", "marketing"),))
    legs = by_recipient(made)
    assert (legs["marketing"].kind, day(legs["marketing"].due_at, 7)) == ("delivery", "2026-06-21")
    assert day(task(made, "reply").due_at, 7) == "2026-06-03"
    assert day(task(made, "own_systems").due_at, 7) == "2026-06-16"
    assert (legs["data-analytics"].kind, legs["data-analytics"].outcome) == ("task", "unbound_recipient")


def test_an_expired_consent_ends_processing_and_nobody_is_answered() -> None:
    lanes = (lane("omigroup", "marketing"),)
    ended = [said("omigroup", 1, kind, AT, jurisdiction="VN") for kind in ("consent.expired", "consent.withdrawn")]
    expired, withdrawn = (run(one, lanes=lanes)[0] for one in ended)
    assert [(c.purpose, c.status) for c in expired.state.choices] == [
        (c.purpose, c.status) for c in withdrawn.state.choices
    ]
    assert by_recipient(expired)["marketing"].action == "withdraw"
    assert not [leg for leg in expired.legs if leg.task in {"reply", "acknowledgement"}]


def test_gdpr_art_18_a_restriction_stops_older_grants_until_it_is_lifted() -> None:
    lanes = (lane("oomnis", "zoho-one/marketing"),)
    stop = said("oomnis", 1, "restriction.requested", "2026-05-10T18:00:00+00:00", jurisdiction="EEA")
    late = said("oomnis", 2, "consent.granted", "2026-05-09T18:00:00+00:00", ["surveys"])
    newer = said("oomnis", 3, "consent.granted", "2026-05-11T18:00:00+00:00", ["marketing-campaigns"])
    lift = said("oomnis", 4, "restriction.lifted", "2026-05-12T18:00:00+00:00", jurisdiction="EEA")
    made, barred, passed, lifted = run(stop, late, newer, lift, lanes=lanes)
    assert by_recipient(made)["zoho-one/marketing"].task == "restrict"
    assert barred.reason == "restricted"
    assert by_recipient(passed)["zoho-one/marketing"].action == "grant", "a consent after it goes past it"
    (again,) = [leg for leg in lifted.legs if leg.action == "grant"]
    assert again.purposes == ("marketing-campaigns", "surveys")
    assert task(lifted, "tell_person").kind == "task", "Art. 18(3)"


@pytest.mark.parametrize("policy", ["oomnis", "osows", "osome", "omigroup"])
def test_who_lifts_a_restriction_by_hand_is_not_told_to_restrict(policy: str) -> None:
    stop = said(policy, 1, "restriction.requested", "2026-05-10T18:00:00+00:00", jurisdiction="EEA")
    lift = said(policy, 2, "restriction.lifted", "2026-05-12T18:00:00+00:00", jurisdiction="EEA")
    stopped, lifted = run(stop, lift)
    where = {leg.recipient for leg in stopped.legs if leg.kind == "task" and leg.recipient}
    assert {leg.recipient for leg in lifted.legs if leg.task == "lift_restriction"} == where
    assert {leg.task for leg in lifted.legs if leg.kind == "task"} <= {"lift_restriction", "tell_person"}
    assert not [leg for leg in lifted.legs if leg.outcome == "public"], "what is out was never restricted"


def test_an_optout_leaves_what_it_doesnt_reach_even_if_it_was_named() -> None:
    granted = said("osows", 1, "consent.granted", AT, ["marketing"])
    out = said("osows", 2, "optout.sale", "2026-05-11T00:00:00+00:00", ["marketing", "targeted-advertising"])
    *_, made = run(granted, out)
    stands = Standing.of(load_policy("osows"), made.state.choices)
    assert stands.granted("marketing", "email")
    assert stands.is_withdrawn("targeted-advertising", "web")
