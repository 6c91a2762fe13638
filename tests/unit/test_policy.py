from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import POLICY

import schemas
from schemas.errors import PolicyError
from schemas.policy import load_policy, policies, read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(schemas.__file__).parent / "policies" / "oomnis.toml"


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
        ('follows = "marketing-campaigns"', 'follows = "marketing"', "campaign-analytics must follow"),
        ('bases = ["consent"]', 'bases = ["hope"]', "web-meeting-recording rests on hope"),
        ('{ to = "stripe", lines', '{ to = "paypal", lines', "payments reaches paypal"),
        ('{ to = "stripe", lines', '{ to = "zoho-one/erp", lines', "payments reaches zoho-one/erp twice"),
        ('"surveys" = [', '"polls" = [', "polls is not under purposes"),
        ('id = "surveys"', 'id = "records"', "records stands there twice"),
        ('id = "zoho-salesiq"', 'id = "zoho-desk"', "which is not under recipients"),
        ("lines = [139]", "lines = []", r"purposes\.\d+\.lines"),
        ('mark = "stated"', 'mark = "sure"', "mark"),
        ("withdrawable = true", "withdrawl = true", "unknown field|is missing"),
        ("lines = [139]", "lines = [139", "can't be read as TOML"),
    ],
)
def test_a_file_whose_rows_do_not_fit_together_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    (tmp_path / "broken.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError, match=complaint) as caught:
        read_policy(tmp_path / "broken.toml")
    assert "broken.toml" in str(caught.value)
