"""What a review finds in a policy file: nobody is left out without a name and a reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plan_support import POLICY
from policy_support import variant

from processors.lane import lanes_of
from processors.planning.routes import check_policies
from processors.reviewing.citations import misquoted, quoted_in
from processors.reviewing.review import review
from processors.vendors.base import VENDORS
from schemas.connections import RelayConfig, load_config, parse_config
from schemas.policy import policies
from schemas.policy.names import cited_rows

if TYPE_CHECKING:
    from processors.reviewing.coverage import Coverage
    from schemas.policy import Policy

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = load_config(EXAMPLES / "relay.toml")
CHAT = {"controller": "oomnis", "adapter": "zoho_crm", "serves": ["stripe"], "mode": "live"}


def _covered(policy: Policy, config: RelayConfig) -> dict[str, Coverage]:
    return {row.recipient: row for row in review(policy, config, VENDORS).covered}


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: f"{policy.id}-{policy.version}")
def test_the_registry_has_no_gap(policy: Policy) -> None:
    found = review(policy, EXAMPLE, VENDORS)
    assert not found.gaps
    assert len(found.covered) == len(policy.recipients)
    assert 0 < len(found.derived) < len(found.rows)


def test_a_recipient_is_reached_has_an_outcome_or_is_exempt_by_name() -> None:
    covered = _covered(POLICY, EXAMPLE)
    assert (covered["zoho-one/crm"].how, covered["zoho-one/crm"].by) == ("connection", ("zoho-crm",))
    assert (covered["stripe"].how, covered["stripe"].by) == ("exemption", ("stripe-link",))
    assert "its own page" in (covered["stripe"].why or "")
    assert "meanwhile: nothing is due there" in (covered["stripe"].why or "")
    assert (covered["microsoft/azure"].how, covered["microsoft/azure"].by) == ("outcome", ("microsoft/azure",))
    assert "proof: the job's log" in (covered["microsoft/azure"].why or "")
    meanwhile = {recipient: row.otherwise for recipient, row in covered.items()}
    assert (meanwhile["stripe"], meanwhile["microsoft/azure"]) == ("delegated_to", "manual_task")
    assert meanwhile["zoho-one/erp"] == "unbound_recipient"
    alone = _covered(POLICY, RelayConfig())
    assert {row.how for row in alone.values()} == {"adapter", "exemption", "outcome"}
    assert alone["zoho-one/marketing"].by == ("zoho_campaigns", "zoho_marketing_automation")
    assert alone["google-analytics"].by == ("google_analytics",)


def test_the_example_of_four_companies_connects_what_there_are_adapters_for() -> None:
    config = load_config(EXAMPLES / "four-policies.toml")
    check_policies(config, lanes_of(config))
    assert config.controllers.keys() == {policy.id for policy in policies()}
    connected = {(p.id, row.recipient) for p in policies() for row in _connected(p, config)}
    assert connected == {
        ("oomnis", "zoho-one/crm"), ("oomnis", "zoho-one/marketing"), ("oomnis", "google-analytics"),
        ("oomnis", "zoho-one/erp"), ("oomnis", "microsoft/microsoft-365"), ("oomnis", "zoho-analytics"),
        ("oomnis", "zoho-salesiq"),
        ("osome", "google-analytics"), ("osome", "hubspot"), ("osome", "intercom"),
        ("osows", "google-analytics"), ("osows", "stripe"), ("osows", "shopify"), ("osows", "netlify"),
        ("osows", "wix"), ("osows", "wordpress-com"), ("osows", "google-tag-manager"), ("osows", "google-adsense"),
        ("osows", "google-analytics-remarketing"), ("osows", "youtube-embed"), ("osows", "youtube-plugins"),
        ("osome", "facebook-ads"), ("osome", "google-ads"), ("osows", "facebook-ads"),
        ("osows", "facebook-remarketing"), ("osows", "linkedin-ads"), ("osows", "reddit-plugins"),
        ("omigroup", "storage"), ("omigroup", "marketing"), ("omigroup", "data-analytics"),
    }  # fmt: skip


def _connected(policy: Policy, config: RelayConfig) -> list[Coverage]:
    return [row for row in _covered(policy, config).values() if row.how == "connection"]


def test_connections_of_a_company_with_another_policy_do_not_count() -> None:
    tables = {"controllers": {"oomnis": {"policy": "acme"}}, "connections": {"chat": CHAT}}
    assert _covered(POLICY, parse_config(tables, "relay.toml"))["stripe"].how == "exemption"


def test_an_exemption_is_told_when_its_recipient_is_connected() -> None:
    tables = {"controllers": {"oomnis": {"policy": "oomnis"}}, "connections": {"chat": CHAT}}
    found = review(POLICY, parse_config(tables, "relay.toml"), VENDORS)
    assert "exemptions.stripe-link: stripe has a connection (chat): no longer exempt" in found.notes
    assert not found.gaps


_APPEAL = """
[[rights]]
id = "appeal"
offered = false
contact = "privacy"
instead = "a second request is taken as a new one"
lines = [170]
mark = "derived"
"""


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ('recipients = ["stripe"]', 'recipients = ["zoho-one/crm"]', "recipients.stripe: no connection"),
        ('unshared = "disclosed to', 'note = "disclosed to', "purposes.legal-preservation: reaches nobody"),
        ('instead = "a second', 'note = "a second', "rights.appeal.instead: not offered, and nothing says what"),
        (_APPEAL, "", "rights.appeal: not spoken of"),
    ],
)
def test_a_gap_is_told_with_its_row(tmp_path: Path, old: str, new: str, gap: str) -> None:
    found = review(variant(tmp_path, (old, new)), EXAMPLE, VENDORS)
    assert len(found.gaps) == 1
    assert found.gaps[0].startswith(gap)


def test_what_a_reviewer_should_know_is_no_gap(tmp_path: Path) -> None:
    policy = variant(
        tmp_path,
        ('data = ["likeness"]\n', ""),
        ('agenda and description"\nsensitive = false', 'agenda and description"\nsensitive = true'),
        ('value = "privacy@oomnis.com"', "masked = true"),
    )
    found = review(policy, EXAMPLE, VENDORS)
    assert not found.gaps
    assert [note.partition(":")[0] for note in found.notes] == [
        "data.likeness", "purposes.client-analytics", "purposes.calendar-sync", "contacts.privacy",
    ]  # fmt: skip


def _text() -> list[str]:
    """A text that oomnis' rows quote rightly, with wider spaces: all of a row stands in the first of its lines."""
    lines = ["said"] * POLICY.text_lines
    for _, row in cited_rows(POLICY):
        words = [getattr(row, "wording", ""), *(words for _, words in quoted_in(row))]
        lines[row.lines[0] - 1] += " " + " | ".join(words).replace(" ", "  ")
    return lines


def _misquoted(lines: list[str]) -> list[str]:
    text = "\n".join(lines).encode()
    policy = POLICY.model_copy(update={"text_sha256": hashlib.sha256(text).hexdigest()})
    return list(misquoted(policy, text))


def test_a_text_is_held_against_its_hash_its_lines_and_every_wording() -> None:
    lines = _text()
    assert _misquoted(lines) == []
    assert _misquoted([*lines, ""]) == []  # a line end at the end of the file
    (wrong,) = misquoted(POLICY, "\n".join(lines).encode())
    assert wrong.startswith("text_sha256: this text has ")
    lines[138] = "said To analyze the impact of such campaigns"
    assert _misquoted(lines) == ["purposes.campaign-analytics.wording: doesn't stand in line 139"]
    lines[138] = " "
    assert "purposes.campaign-analytics.lines: a blank line is cited" in _misquoted(lines)
    assert "text_lines: this text has 315" in _misquoted(lines[:-1])
