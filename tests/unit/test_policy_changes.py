"""What a new version of a policy changes, and what it means for choices that stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan_support import POLICY
from policy_support import variant

from processors.reviewing.changes import changes, moved
from processors.reviewing.standing import consequences

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.policy import Policy

NEXT = (
    ('version = "2021-09-08"', 'version = "2"\nsupersedes = "2021-09-08"'),
    ("effective = 2021-09-08", "effective = 2027-01-01"),
)


def _next(directory: Path, *replacements: tuple[str, str]) -> Policy:
    return variant(directory, *NEXT, *replacements)


def _told(new: Policy) -> dict[str, str]:
    return {place: text.partition(":")[0].partition(";")[0] for place, text in consequences(POLICY, new)}


def test_a_version_that_says_the_same_changes_its_head_only(tmp_path: Path) -> None:
    new = _next(tmp_path, ("lines = [139]", "lines = [140]"))
    assert [change.place for change in changes(POLICY, new)] == ["version", "effective", "supersedes"]
    assert moved(POLICY, new) == 1
    assert _told(new) == {}
    assert list(changes(POLICY, POLICY)) == []


def test_rows_that_are_new_gone_or_different(tmp_path: Path) -> None:
    new = _next(
        tmp_path,
        ('id = "surveys"', 'id = "polls"'),
        ('"surveys" = [', '"polls" = ['),
        ('bases = ["consent"]', 'bases = ["contract"]'),
        ('deletion = { meaning = "not_applicable", basis = "contract"', 'deletion = { meaning = "erase"'),
        ('period = "P2Y"', 'period = "P1Y"'),
    )
    found = {change.place: (change.kind, dict(change.fields)) for change in changes(POLICY, new)}
    assert {place: row for place, row in found.items() if place not in {"version", "effective", "supersedes"}} == {
        "purposes.polls": ("new", {}),
        "purposes.surveys": ("gone", {}),
        "flows.polls.zoho-one/marketing": ("new", {}),
        "flows.surveys.zoho-one/marketing": ("gone", {}),
        "purposes.web-meeting-recording": ("changed", {"bases": (["consent"], ["contract"])}),
        "recipients.stripe.deletion": (
            "changed",
            {"meaning": ("not_applicable", "erase"), "basis": ("contract", None)},
        ),
        "backups": ("changed", {"period": ("P2Y", "P1Y")}),
    }


def test_a_new_purpose_is_consented_by_nobody_and_a_gone_one_reaches_nobody(tmp_path: Path) -> None:
    new = _next(tmp_path, ('id = "surveys"', 'id = "polls"'), ('"surveys" = [', '"polls" = ['))
    told = dict(consequences(POLICY, new))
    assert told.keys() == {"purposes.polls", "purposes.surveys"}
    assert told["purposes.polls"].startswith("new: nobody has agreed to it")
    assert told["purposes.surveys"].startswith("gone: choices about it stay recorded and reach nobody")


def test_a_new_recipient_must_be_told_who_withdrew_and_a_gone_one_must_erase(tmp_path: Path) -> None:
    to_crm = '"events" = [{ to = "zoho-one/crm", lines = [50], mark = "derived" }, '
    new = _next(
        tmp_path,
        ('"events" = [', to_crm),
        ('  { to = "microsoft/microsoft-365", lines = [85, 210], mark = "derived" },\n', ""),
        ('id = "zoho-salesiq"', 'id = "zoho-desk"'),
        ('{ to = "zoho-salesiq"', '{ to = "zoho-desk"'),
        ('{ to = "zoho-salesiq"', '{ to = "zoho-desk"'),
    )
    told = dict(consequences(POLICY, new))
    assert "whether earlier grants cover it is the controller's decision" in told["flows.events.zoho-one/crm"]
    assert told["flows.campaign-analytics.zoho-desk"] == told["flows.events.zoho-one/crm"]
    assert told["flows.account-and-integrations.microsoft/microsoft-365"].startswith("gone: no later choice")
    assert "must be erased there" in told["recipients.zoho-salesiq"]
    assert "flows.campaign-analytics.zoho-salesiq" not in told  # said of the recipient already


def test_bases_and_traits_that_change_what_a_standing_choice_reaches(tmp_path: Path) -> None:
    new = _next(
        tmp_path,
        ('bases = ["consent"]', 'bases = ["contract"]'),
        ('lines = [54, 56]\nbases = ["contract"]', 'lines = [54, 56]\nbases = ["consent"]'),
        ('traits = ["profiling"]', 'traits = ["profiling", "sale_or_share", "sensitive"]'),
    )
    assert [(place, text[:34]) for place, text in consequences(POLICY, new)] == [
        ("purposes.trend-analytics", "needs a consent of its own now; gr"),
        ("purposes.trend-analytics", "an opt-out of sale reaches it now;"),
        ("purposes.payments", "a withdrawal stops it now; people "),
        ("purposes.web-meeting-recording", "no withdrawal stops it any more; t"),
    ]


def test_a_historic_policy_leaves_what_was_collected_where_it_was(tmp_path: Path) -> None:
    new = _next(
        tmp_path,
        ("effective = [5] }", "effective = [5], historic = [301] }"),
        ("text_lines = 316", "text_lines = 316\nhistoric = true"),
    )
    assert _told(new) == {"historic": "what was collected before stays under the version of then"}


def test_two_policies_are_no_two_versions(tmp_path: Path) -> None:
    other = _next(tmp_path, ('id = "oomnis"', 'id = "acme"'))
    assert list(_told(other)) == ["id"]
