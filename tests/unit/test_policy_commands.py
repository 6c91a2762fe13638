"""`policy list|show|check|diff`, as a privacy officer uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from policy_support import FILE, write
from typer.testing import CliRunner

from schemas.policy import policies
from streams.commands.policy import app
from streams.commands.screen import DATA_WRONG, WRONG_USE

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "relay.toml")
NEXT = (
    ('version = "2021-09-08"', 'version = "2"\nsupersedes = "2021-09-08"'),
    ("effective = 2021-09-08", "effective = 2027-01-01"),
)
runner = CliRunner()


def told(*args: str, code: int = 0) -> str:
    result = runner.invoke(app, list(args))
    assert result.exit_code == code, result.output
    return result.stdout


def asked(*args: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told(*args, "--json", code=code).splitlines()]


def test_every_policy_is_listed_with_the_day_it_comes_into_force() -> None:
    rows = asked("list")
    assert [(row["id"], row["version"]) for row in rows] == [(policy.id, policy.version) for policy in policies()]
    assert {"effective", "sha256", "text_sha256", "controller"} <= rows[0].keys()
    table = told("list")
    assert all(policy.id in table and str(policy.effective) in table for policy in policies())


@pytest.mark.parametrize("which", ["oomnis", "oomnis@2021-09-08", str(FILE)])
def test_a_policy_is_shown_by_id_version_or_file(which: str) -> None:
    (whole,) = asked("show", which)
    assert (whole["id"], whole["effective"]) == ("oomnis", "2021-09-08")
    assert "marketing-campaigns" in whole["withdrawable"]
    assert {row["id"] for row in whole["defects"]} >= {"stripe-unlisted"}
    assert [row.get("from") for row in whole["retention"]] == ["no_longer_needed", "contract_end"]


def test_the_matrix_says_who_gets_data_for_which_purpose_and_whether_the_policy_says_so() -> None:
    matrix = told("show", "oomnis").partition("no.")[0]
    rows = {line.split()[0]: line.split()[1:] for line in matrix.splitlines() if line.strip()}
    assert rows["purpose"] == [str(number) for number in range(1, 10)]
    assert rows["campaign-analytics"] == ["S", ".", ".", ".", ".", ".", "S", "S", "."]
    assert rows["marketing-campaigns"] == [".", ".", ".", ".", ".", "d", ".", ".", "."]
    assert set(rows["legal-preservation"]) == {"."}


@pytest.mark.parametrize(
    "text",
    [
        "privacy@oomnis.com", "stops it, with", "not_applicable (contract)", "P1Y from contract_end",
        "as long as needed", "notify_authorising_org", "under 16", "a link to a third party", "135, 181 d", "EEA",
    ],
)  # fmt: skip
def test_all_that_a_policy_promises_is_shown(text: str) -> None:
    assert text in told("show", "oomnis")


def test_a_class_a_retired_product_and_a_gate_are_told_from_others(tmp_path: Path) -> None:
    file = write(
        tmp_path / "x.toml",
        ('role = "third_party"', 'role = "third_party"\nkind = "class"\nstatus = "retired"\ngate = true'),
    )
    assert "third_party, class, retired, gate" in told("show", str(file))


def test_the_check_lists_exemptions_by_name_and_defects_and_counts_what_is_to_be_reviewed() -> None:
    text = told("check", "--config", EXAMPLE)
    assert "no gap; 9 recipients: 3 by connection, 1 by outcome, 4 by adapter, 1 by exemption" in text
    for part in ("stripe-link: card data", "defects of the policy"):
        assert part in text
    (found,) = asked("check", "oomnis", "--config", EXAMPLE)
    assert (found["ok"], found["gaps"]) == (True, [])
    how = {row["recipient"]: row["how"] for row in found["recipients"]}
    assert (how["stripe"], how["zoho-one/erp"], how["zoho-one/crm"]) == ("exemption", "adapter", "connection")
    assert found["unshared"].keys() == {"legal-preservation"}
    assert len(found["derived"]) < found["rows"]
    assert len(found["defects"]) == 7


def test_a_gap_is_told_and_exit_code_1(tmp_path: Path) -> None:
    file = write(tmp_path / "oomnis.toml", ('unshared = "disclosed to', 'note = "disclosed to'))
    assert "purposes.legal-preservation: reaches nobody" in told("check", str(file), code=DATA_WRONG)
    (found,) = asked("check", str(file), code=DATA_WRONG)
    assert not found["ok"]


def test_a_draft_is_held_against_the_versions_that_there_are(tmp_path: Path) -> None:
    _, effective = NEXT
    good = write(tmp_path / "good.toml", *NEXT)
    assert "no gap" in told("check", str(good))
    bad = write(tmp_path / "bad.toml", ('version = "2021-09-08"', 'version = "2"'))
    assert "oomnis 2021-09-08: effective: 2 would be" in told("check", str(bad), code=DATA_WRONG).replace("\n", "")
    unknown = write(
        tmp_path / "unknown.toml", ('version = "2021-09-08"', 'version = "3"\nsupersedes = "2"'), effective
    )
    assert "supersedes: the version in force before it" in told("check", str(unknown), code=DATA_WRONG)


def test_a_file_that_breaks_a_rule_is_exit_code_1_with_file_row_and_field(tmp_path: Path) -> None:
    file = write(tmp_path / "mine.toml", ('bases = ["consent"]', "bases = []"))
    result = runner.invoke(app, ["check", str(file)])
    assert result.exit_code == DATA_WRONG
    assert result.stderr.startswith("mine.toml: purposes.web-meeting-recording.bases: needs at least one")


def test_another_text_than_the_cited_one_is_a_gap(tmp_path: Path) -> None:
    text = tmp_path / "policy.txt"
    text.write_text("Privacy Policy\n", "utf-8")
    found = told("check", "oomnis", "--text", str(text), code=DATA_WRONG)
    assert "text_lines: this text has 1" in found
    assert "purposes.surveys.wording: doesn't stand in line 141, 181" in found


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["check", "--text", "x.txt"], "--text is the text of one policy"),
        (["check", "oomnis", "--text", "x.txt"], "x.txt can't be read: No such file"),
        (["check", "acme"], "there is no policy 'acme'"),
        (["check", "none.toml"], "none.toml can't be read"),
        (["show", "acme"], "there is no policy 'acme'"),
        (["show", "oomnis@1999"], "there is no policy 'oomnis 1999'"),
        (["show", "none.toml"], "none.toml can't be read"),
        (["diff", "oomnis", "acme"], "choose one of: omigroup 2.0, oomnis 2021-09-08"),
    ],
)
def test_wrong_use_is_exit_code_2_and_says_what_to_do(args: list[str], complaint: str) -> None:
    result = runner.invoke(app, args)
    assert result.exit_code == WRONG_USE
    assert complaint in result.stderr


def test_a_diff_says_what_changes_and_what_it_means_for_choices_that_stand(tmp_path: Path) -> None:
    file = str(write(tmp_path / "next.toml", *NEXT, ('id = "surveys"', 'id = "polls"'), ('"surveys" =', '"polls" =')))
    (found,) = asked("diff", "oomnis", file)
    assert (found["old"]["version"], found["new"]["version"]) == ("2021-09-08", "2")
    kinds = {change["place"]: change["kind"] for change in found["changes"]}
    assert kinds["purposes.polls"] == "new"
    assert kinds["purposes.surveys"] == "gone"
    assert {row["place"] for row in found["standing"]} == {"purposes.polls", "purposes.surveys"}
    effective = next(change for change in found["changes"] if change["place"] == "effective")
    assert effective["fields"]["effective"] == {"was": "2021-09-08", "is": "2027-01-01"}
    text = told("diff", "oomnis", file)
    assert "for people whose choices stand:" in text
    assert "purposes.polls: new: nobody has agreed to it" in text


def test_a_diff_of_a_policy_with_itself_finds_nothing() -> None:
    text = told("diff", "oomnis", str(FILE))
    assert "no row says anything else" in text
    assert "nothing changes for choices that stand" in text


@pytest.mark.parametrize("command", ["list", "show", "check", "diff"])
def test_the_help_has_an_example(command: str) -> None:
    assert f"Example: consent-relay policy {command}" in told(command, "--help")
