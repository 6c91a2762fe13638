from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import POLICY
from policy_support import FILE, write

from schemas.errors import PolicyError
from schemas.policy import load_policy, policies, read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_both_hashes_tell_which_file_and_which_text_were_applied() -> None:
    assert POLICY.ref.sha256 == hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert POLICY.ref.text_sha256 == "2781afb82419d7774e722b09a8939f40d32fe2e3aae4b4f056a5a67fbe0a3cec"
    assert (POLICY.ref.id, POLICY.ref.version) == ("oomnis", "2021-09-08")


def test_a_policy_is_found_with_and_without_its_version() -> None:
    assert load_policy("oomnis", "2021-09-08") is load_policy("oomnis")
    assert load_policy("oomnis") in policies()


@pytest.mark.parametrize(("policy_id", "version"), [("acme", None), ("oomnis", "2020-01-01")])
def test_an_unknown_policy_is_answered_with_those_that_exist(policy_id: str, version: str | None) -> None:
    with pytest.raises(PolicyError, match=r"(?s)no policy '.*oomnis 2021-09-08"):
        load_policy(policy_id, version)


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "mark" in value or "id" in value:
            yield value
        for child in value.values():
            yield from _rows(child)
    elif isinstance(value, list):
        for child in value:
            yield from _rows(child)


def test_every_row_says_where_in_the_text_it_stands_and_whether_the_text_says_so() -> None:
    data = tomllib.loads(FILE.read_text("utf-8"))
    rows = [row for name, table in data.items() if name != "id" for row in _rows(table)]
    assert len(rows) > 60
    assert all(row["lines"] and row["mark"] in {"stated", "derived"} for row in rows)


@pytest.mark.parametrize(
    ("recipient", "domain", "purposes"),
    [
        ("zoho-one/marketing", "pii", {"marketing-campaigns", "surveys"}),
        ("google-analytics", "pii", {"campaign-analytics", "trend-analytics"}),
        ("stripe", "pii", {"payments"}),
        ("stripe", "service_data", set()),
        ("microsoft/azure", "service_data", {"service-delivery", "service-support"}),
    ],
)
def test_who_gets_what(recipient: str, domain: str, purposes: set[str]) -> None:
    assert set(POLICY.carried(recipient, domain)) == purposes


def test_what_a_withdrawal_reaches_at_the_crm() -> None:
    assert set(POLICY.carried("zoho-one/crm", "pii")) & POLICY.withdrawable == {"comms-marketing", "prospecting"}


@pytest.mark.parametrize(
    "purpose", ["payments", "comms-service-notice", "customer-support", "legal-preservation", "rights-defence"]
)
def test_what_no_withdrawal_reaches(purpose: str) -> None:
    assert purpose not in POLICY.withdrawable


def test_a_choice_about_the_leader_is_one_about_its_follower_and_not_the_other_way_round() -> None:
    assert POLICY.with_followers(["marketing-campaigns"]) == ("marketing-campaigns", "campaign-analytics")
    assert POLICY.with_followers(["campaign-analytics"]) == ("campaign-analytics",)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('follows = "marketing-campaigns"', 'follows = "marketing"', "purposes.campaign-analytics.follows"),
        ('bases = ["consent"]', 'bases = ["hope"]', "purposes.web-meeting-recording.bases: hope is not under bases"),
        ('bases = ["consent"]', "bases = []", "purposes.web-meeting-recording.bases: needs at least one"),
        ('traits = ["claims"]', 'traits = ["vague"]', "purposes.rights-defence.traits.0: Input should be"),
        ('data = ["likeness"]', 'data = ["voice"]', "purposes.web-meeting-recording.data: voice is not under data"),
        ("unshared =", 'domain = "medical"\nunshared =', "purposes.legal-preservation.domain"),
        ('data = ["likeness"]', 'unshared = "kept"', "web-meeting-recording.unshared: but under flows it reaches"),
        ('{ to = "stripe", lines', '{ to = "paypal", lines', "flows.payments: paypal is not under recipients"),
        ('{ to = "stripe", lines', '{ to = "zoho-one/erp", lines', "flows.payments.zoho-one/erp: stands there twice"),
        ('"surveys" = [', '"polls" = [', "flows.polls: is not under purposes"),
        ('id = "surveys"', 'id = "records"', "purposes.records: stands there twice"),
        ('id = "zoho-salesiq"', 'id = "zoho-desk"', "flows.campaign-analytics: zoho-salesiq is not under recipients"),
        ('role = "third_party"', 'role = "friend"', "recipients.stripe.role: Input should be"),
        ('basis = "contract"', 'basis = "luck"', "recipients.stripe.deletion.basis: luck is not under bases"),
        ('contact = "privacy"', 'contact = "fax"', "rights.access.contact: fax is not under contacts"),
        ('action = "deactivate_and_delete"', 'action = "never"', "minors.16-never: stands there twice"),
        ('id = "access"', 'id = "cake"', "rights.cake.id: Input should be"),
        ('value = "privacy@oomnis.com"\n', "", "contacts.privacy.value: must be there, or masked = true"),
        ('of = "employer_authorisation"', 'of = "magic"', "effects.employer-service.of: magic is neither"),
        ('id = "gdpr"', 'id = "gdrp"', "regimes.gdrp.id: Input should be"),
        ('period = "P1Y"', 'period = "1 fortnight"', "retention.service-data.period: write years, months"),
        ('period = "P2Y"', 'period = "P2Q"', "backups.period: write years, months"),
        ('recipients = ["stripe"]', 'recipients = ["visa"]', "exemptions.stripe-link.recipients: visa is not"),
        ("effective = 2021-09-08", "", "effective: is missing"),
        ("effective = 2021-09-08", 'effective = "soon"', "effective: Input should be a valid date"),
        ("effective = 2021-09-08", "historic = true\neffective = 2021-09-08", "cites.historic: must be there"),
        ("lines = [139]", "lines = []", "purposes.campaign-analytics.lines: needs at least one"),
        ("lines = [139]", "", "purposes.campaign-analytics.lines: is missing"),
        ("lines = [139]", "lines = [317]", "purposes.campaign-analytics.lines: the text has 316 lines, no line 317"),
        ("title = [3]", "title = [999]", "cites.title: the text has 316 lines"),
        ('mark = "stated"', 'mark = "sure"', "domains.pii.mark: Input should be"),
        (
            "withdrawable = true",
            "withdrawl = true",
            "bases.consent.withdraw(l: unknown|able: is missing)",
        ),
        ("lines = [139]", "lines = [139", "can't be read as TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_row_and_field(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    write(tmp_path / "broken.toml", (old, new))
    with pytest.raises(PolicyError, match=complaint) as caught:
        read_policy(tmp_path / "broken.toml")
    assert str(caught.value).startswith("broken.toml")
