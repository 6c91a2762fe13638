from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from streams.cli import app

EXPLAIN = ("deadlines", "explain", "--kind", "optout.sale", "--received", "2026-06-15T09:00:00Z")


def run(*args: str) -> str:
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_shows_the_day_the_rule_its_mark_its_ground_and_the_days_off_with_their_release() -> None:
    text = run(*EXPLAIN, "--jurisdiction", "US-CA")
    assert "processor: due 2026-07-08, until 2026-07-09T06:59:59.999Z (the day's end in America/Los_Angeles)" in text
    assert "ccpa.optout.processor.15bd  secondary  11 CCR 7026(f)(1)" in text
    assert "2026-06-19 Juneteenth National Independence Day, 2026-07-03 Independence Day (observed)" in text
    assert "(holidays 0." in text


def test_explain_says_that_a_target_is_our_own_and_what_was_not_known() -> None:
    withdrawn = ("deadlines", "explain", "--kind", "consent.withdrawn", "--received", "2026-06-15T09:00:00Z")
    assert "the jurisdiction is unknown: the strictest of these holds" in run(*withdrawn, "--policy", "oomnis")
    text = run(*withdrawn, "--policy", "oomnis", "--jurisdiction", "FR")
    assert "gdpr.withdrawal.own.internal-3d  internal (verified)  GDPR Art. 7(3)" in text
    assert "no number, ours is 3 days after 2026-06-15" in text


def test_explain_without_a_policy_says_so_and_speaks_of_none() -> None:
    anywhere = run(*EXPLAIN)
    assert "by all laws that we know: --policy names those of one" in anywhere.replace("\n", " ")
    assert "without --jurisdiction it may be anywhere" in anywhere
    brazil = run(*EXPLAIN, "--jurisdiction", "BR")
    assert "none of the laws that we know is for BR" in brazil
    assert "of the policy" not in anywhere + brazil
    assert "which part of US is unknown" in run(*EXPLAIN, "--jurisdiction", "US")


def test_explain_for_machines() -> None:
    told = json.loads(run(*EXPLAIN, "--jurisdiction", "US-CO", "--json"))
    own = told["legs"]["own"]
    assert (own["rule"], own["mark"], own["due_on"]) == ("cpa.optout.own.internal-25d", "internal", "2026-07-10")
    assert own["row"]["citation"] == "4 CCR 904-3 Rule 4.03(A)"
    assert set(told["regimes"]) == {"cpa", "coppa", "can-spam"}


def test_an_unsubscribe_counts_from_when_it_was_sent() -> None:
    told = json.loads(run("deadlines", "explain", "--kind", "consent.withdrawn", "--jurisdiction", "HK",
                          "--channel", "email", "--sent", "2026-03-02T10:00:00+08:00",
                          "--received", "2026-03-04T10:00:00+08:00", "--json"))  # fmt: skip
    assert told["legs"]["own"]["due_on"] == "2026-03-16"
    assert told["legs"]["own"]["counted_from"] == "2026-03-02"


def test_hours_are_counted_from_a_moment_and_end_at_one() -> None:
    text = run("deadlines", "explain", "--kind", "deletion.requested", "--jurisdiction", "VN",
               "--received", "2025-12-31T09:00:00Z")  # fmt: skip
    (own,) = [part for part in text.split("\n\n") if part.startswith("own: ")]
    assert "until 2026-01-03T09:00:00.000Z\n" in own
    assert own.endswith("72 hours after the moment it was received")


def test_list_shows_rules_marks_and_grounds() -> None:
    text = run("deadlines", "list", "--regime", "vn-356")
    assert "vn-356.withdrawal.processor.20d" in text
    assert "2 working days; since 2026-01-01" in text
    assert "secondary" in text


def test_list_for_machines_has_every_regime_on_a_line_of_its_own() -> None:
    lines = [json.loads(line) for line in run("deadlines", "list", "--json").splitlines()]
    assert {"gdpr", "ccpa", "house"} <= {one["id"] for one in lines}
    assert all(row["citation"] and row["mark"] for one in lines for row in one["deadlines"])


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((*EXPLAIN, "--channel", "fax"), "--channel: 'fax' is not known"),
        (("deadlines", "explain", "--kind", "nap", "--received", "2026-06-15T09:00:00Z"), "choose one of: consent"),
        (("deadlines", "explain", "--kind", "optout.sale", "--received", "today"), "--received: write a moment"),
        (("deadlines", "list", "--regime", "lgpd"), "there is no regime 'lgpd'"),
        ((*EXPLAIN, "--policy", "acme"), "no policy 'acme'"),
    ],
)
def test_wrong_use_says_what_to_do(args: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 2
    assert told in result.output
    assert "what to do" in result.output
