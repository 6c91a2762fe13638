"""What the real policies come to, read by a person, against what their files say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Policy, load_policy, policies
from schemas.policy.promises import RIGHTS

if TYPE_CHECKING:
    from schemas.policy.rows import Trait

OSOME, OSOWS, OMIGROUP = (load_policy(name) for name in ("osome", "osows", "omigroup"))


def reached(policy: Policy, *purposes: str) -> set[str]:
    return {flow.to for purpose in purposes for flow in policy.flows.get(purpose, ())}


def with_status(policy: Policy, status: str) -> set[str]:
    return {recipient.id for recipient in policy.recipients if recipient.status == status}


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_every_right_is_written_down_offered_or_not_and_what_is_done_then(policy: Policy) -> None:
    assert policy.by_right.keys() == set(RIGHTS)
    assert all(right.offered or right.instead for right in policy.rights)


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_every_purpose_reaches_somebody_or_says_why_not(policy: Policy) -> None:
    assert [p.id for p in policy.purposes if not (policy.flows.get(p.id) or p.unshared)] == []


@pytest.mark.parametrize(
    ("policy", "since", "laws"),
    [
        (OSOME, date(2022, 2, 8), {"pdpo", "uemo"}),
        (OSOWS, date(2024, 2, 8), {"ccpa", "cpa", "ctdpa", "ucpa", "vcdpa", "coppa", "can-spam", "shine-the-light"}),
        (OMIGROUP, date(2026, 5, 1), {"vn-356", "vn-13"}),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_since_when_and_under_which_laws(policy: Policy, since: date, laws: set[str]) -> None:
    assert (policy.effective, {law.id for law in policy.regimes}) == (since, laws)


def test_only_osows_says_that_the_version_at_collection_binds() -> None:
    assert {policy.id for policy in policies() if policy.historic} == {"osows"}


def test_osome_an_objection_to_marketing_reaches_those_who_can_reach_people() -> None:
    assert reached(OSOME, "direct-marketing") == {"facebook-ads", "google-ads", "hubspot", "intercom"}
    assert OSOME.with_trait("direct_marketing") == ("service-updates", "direct-marketing")
    assert {"service-updates", "direct-marketing"} <= OSOME.withdrawable


def test_osome_leadinfo_is_asked_by_its_own_form_and_intercom_is_not_asked_for_it() -> None:
    assert OSOME.by_recipient["leadinfo"].reach == "web_form"
    assert reached(OSOME, "lead-generation") == {"google-tag-manager", "leadinfo"}
    assert "lead-generation" not in OSOME.carried("intercom", "pii")


def test_osome_names_seven_cookies_and_leadinfo() -> None:
    named = {recipient.id for recipient in OSOME.recipients if recipient.kind == "named"}
    assert named == {
        "facebook-ads", "google-ads", "google-analytics", "google-optimize", "google-tag-manager", "hubspot",
        "intercom", "leadinfo",
    }  # fmt: skip
    assert with_status(OSOME, "retired") == {"google-optimize"}


def test_osome_offers_no_erasure_and_its_contact_is_masked() -> None:
    offered = {right.id for right in OSOME.rights if right.offered}
    assert offered == {"access", "correction", "withdrawal"}
    assert [(contact.id, contact.value) for contact in OSOME.contacts if contact.masked] == [("dpo", None)]


def test_osome_a_withdrawal_reaches_any_use_but_claims_and_legal_duties() -> None:
    goes_on = {purpose.id for purpose in OSOME.purposes} - OSOME.withdrawable
    assert goes_on == {
        "due-diligence", "legal-claims", "investigations", "noncompliance-reports", "legal-compliance",
        "finance-audit",
    }  # fmt: skip


def test_osows_names_24_services_and_two_kinds_of_others() -> None:
    assert sum(recipient.kind == "named" for recipient in OSOWS.recipients) == 24
    classes = {recipient.id for recipient in OSOWS.recipients if recipient.kind == "class"}
    assert classes == {"business-partners", "business-transfer-parties"}
    assert with_status(OSOWS, "retired") == {
        "google-plus", "google-site-search", "facebook-analytics", "google-website-optimizer", "google-wallet",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("trait", "others"), [("sale_or_share", {"accessibe", "business-partners"}), ("targeted_ads", set())]
)
def test_osows_whom_an_opt_out_reaches(trait: Trait, others: set[str]) -> None:
    ads = {
        "google-tag-manager", "google-adsense", "facebook-remarketing", "facebook-ads", "facebook-analytics",
        "google-analytics-remarketing", "linkedin-ads", "reddit-plugins", "youtube-plugins", "google-plus",
    }  # fmt: skip
    assert reached(OSOWS, *OSOWS.with_trait(trait)) == ads | others


def test_osows_hosts_and_payment_are_no_sale_and_go_on() -> None:
    for untouched in ("stripe", "netlify"):
        assert OSOWS.withdrawable.isdisjoint(OSOWS.carried(untouched, "pii"))


def test_osows_each_known_contradiction_has_its_reading() -> None:
    known = {defect.what[:3]: defect.lines for defect in OSOWS.defects if defect.what.startswith("(")}
    assert known.keys() == {"(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)"}
    assert known["(f)"] == (190,)


def test_osows_children_are_deleted_never_taken_and_their_parents_heard() -> None:
    rules = {(row.under, row.action) for row in OSOWS.minors}
    assert rules == {(18, "deactivate_and_delete"), (16, "opt_in"), (13, "never"), (13, "parent")}


@pytest.mark.parametrize("policy", [OSOME, OSOWS])
def test_the_tag_manager_is_the_gate(policy: Policy) -> None:
    assert [recipient.id for recipient in policy.recipients if recipient.gate] == ["google-tag-manager"]


def test_omigroup_names_classes_only() -> None:
    assert {r.id for r in OMIGROUP.recipients} == {"storage", "infrastructure", "data-analytics", "marketing"}
    assert {r.kind for r in OMIGROUP.recipients} == {"class"}


def test_omigroup_sensitive_data_and_browsing_behaviour_need_a_consent_of_their_own() -> None:
    assert OMIGROUP.with_trait("sensitive") == ("web-analytics", "sensitive-projects")
    for purpose in OMIGROUP.with_trait("sensitive"):
        assert OMIGROUP.by_purpose[purpose].bases == ("separate_consent",)
    (behaviour,) = (row for row in OMIGROUP.data if row.id == "browsing-behaviour")
    assert (behaviour.sensitive, behaviour.mark) == (True, "derived")
