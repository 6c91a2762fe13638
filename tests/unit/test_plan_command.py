from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from processors.vendors.base import VENDORS
from schemas.connections import load_config
from streams.commands import plan
from streams.commands.screen import DATA_WRONG, WRONG_USE

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIG = str(EXAMPLES / "relay.toml")
EVENTS = str(EXAMPLES / "withdrawal.jsonl")
runner = CliRunner()


RULE = "gdpr.withdrawal.processor.internal-7d"


def _planned(*args: str, stdin: str | None = None, code: int = 0) -> list[dict[str, Any]]:
    result = runner.invoke(plan.app, [*args, "--json"], input=stdin)
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_examples_plan_as_they_say() -> None:
    first, everything, late, deletion, grant = _planned(EVENTS, "--config", CONFIG)
    sent = {leg["connection"]: leg["purposes"] for leg in first["legs"] if leg["kind"] == "delivery"}
    assert sent == {"google-analytics": ["campaign-analytics"], "zoho-campaigns": ["marketing-campaigns"]}
    assert {leg["connection"] for leg in everything["legs"] if leg["kind"] == "delivery"} == {
        "zoho-crm", "zoho-campaigns", "google-analytics",
    }  # fmt: skip
    assert (late["verdict"], late["reason"], late["legs"]) == ("stale", "overtaken_by_newer", [])
    assert {leg["action"] for leg in deletion["legs"] if leg["recipient"]} == {"delete"}
    assert [leg["connection"] for leg in grant["legs"] if leg["kind"] == "delivery"] == ["zoho-campaigns"]


def test_an_older_deletion_is_planned_for_whom_the_first_has_not_named() -> None:
    given = {"kind": "deletion.requested", "controller": "oomnis", "subject_id": "c-1", "published_by": "test"}
    lines = [
        {**given, "event_id": f"00000000-0000-0000-0000-00000000000{number}", "method": "api",
         "occurred_at": f"2026-05-0{day}T09:00:00Z", "identities": [{"type": "email", "format": "raw", "value": who}]}
        for number, day, who in ((1, 5, "a@example.org"), (2, 4, "b@example.org"), (3, 4, "a@example.org"))
    ]  # fmt: skip
    found = _planned("-", "--config", CONFIG, stdin="\n".join(map(json.dumps, lines)))
    assert [one["verdict"] for one in found] == ["planned", "planned", "stale"]


def test_the_adapters_take_the_examples_options() -> None:
    for connection in load_config(Path(CONFIG)).connections.values():
        VENDORS[connection.adapter].options_type.model_validate(connection.options)


def test_a_leg_tells_all_that_a_person_asks() -> None:
    leg = next(
        leg for leg in _planned(EVENTS, "--config", CONFIG)[0]["legs"] if leg["connection"] == "zoho-campaigns"
    )
    assert {"recipient", "connection", "vendor", "action", "purposes", "due_at", "rule"} <= leg.keys()
    assert (leg["recipient"], leg["vendor"], leg["rule"]) == ("zoho-one/marketing", "zoho_campaigns", RULE)
    assert leg["due_at"].endswith("Z")


def test_tables_say_what_is_not_done_and_why() -> None:
    result = runner.invoke(plan.app, [EVENTS, "--config", CONFIG])
    assert result.exit_code == 0
    for text in (
        "zoho-campaigns",
        "unbound_recipient",
        "not_applicable: basis (contract)",
        "stale (overtaken_by_newer)",
    ):
        assert text in result.stdout


def test_bad_lines_are_named_and_the_others_still_planned(tmp_path: Path) -> None:
    lines = Path(EVENTS).read_text("utf-8").splitlines()
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_text(
        "\n".join([lines[0], '{"kind": 1}', lines[1].replace('"all"', '["astrology"]'), lines[3]]), "utf-8"
    )
    read = _planned(str(mixed), "--config", CONFIG, code=DATA_WRONG)
    assert [(row["line"], row.get("error", {}).get("field")) for row in read] == [
        (1, None), (2, "kind"), (3, "purposes.0"), (4, None),
    ]  # fmt: skip
    result = runner.invoke(plan.app, [str(mixed), "--config", CONFIG])
    assert f"{mixed}:3: purposes.0: is no purpose" in result.stderr
    assert "2 bad lines" in result.stdout
    assert "example.com" not in result.output


def test_standard_input_is_a_file_too() -> None:
    assert len(_planned("-", "--config", CONFIG, stdin=Path(EVENTS).read_text("utf-8"))) == 5


@pytest.mark.parametrize("content", ["", "\n  \n"])
def test_a_file_without_an_event_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "empty.jsonl").write_text(content, "utf-8")
    result = runner.invoke(plan.app, [str(tmp_path / "empty.jsonl"), "--config", CONFIG])
    assert result.exit_code == DATA_WRONG
    assert "there is no event in it" in result.stderr


def test_an_unknown_policy_is_answered_with_the_known_ones() -> None:
    result = runner.invoke(plan.app, [EVENTS, "--policy", "acme", "--config", CONFIG])
    assert result.exit_code == WRONG_USE
    assert "oomnis 2021-09-08" in result.stderr


def test_a_deadline_counts_from_when_the_line_says_it_was_received() -> None:
    optout = json.loads(Path(EVENTS).read_text().splitlines()[0])
    optout |= {"occurred_at": "2026-06-01T02:00:00Z", "received_at": "2026-06-01T02:00:00Z"}
    (planned,) = _planned("-", "--policy", "oomnis", "--config", CONFIG, stdin=json.dumps(optout))
    assert {leg["due_at"][:7] for leg in planned["legs"] if leg["due_at"]} == {"2026-06"}
    assert not planned["clock_corrected"]


def test_another_companys_connections_dont_hinder_a_policy() -> None:
    optout = json.loads(Path(EVENTS).read_text().splitlines()[0]) | {"controller": "osows", "kind": "optout.sale"}
    optout |= {"purposes": None, "jurisdiction": "US-CA"}
    (planned,) = _planned("-", "--policy", "osows", "--config", CONFIG, stdin=json.dumps(optout))
    assert "facebook-ads" in {leg["recipient"] for leg in planned["legs"]}


def test_without_connections_everything_due_is_open(tmp_path: Path) -> None:
    (tmp_path / "relay.toml").write_text("", "utf-8")
    given = ("--config", str(tmp_path / "relay.toml"))
    (first, *_) = _planned(EVENTS, *given, "--policy", "oomnis")
    assert {leg["outcome"] for leg in first["legs"]} == {"unbound_recipient", "manual_task"}
    assert {leg["kind"] for leg in first["legs"]} == {"task"}
    (first, *_) = _planned(EVENTS, *given, code=DATA_WRONG)
    assert first["error"]["field"] == "controller"


def test_the_configuration_at_hand_is_taken_before_the_example(tmp_path: Path) -> None:
    assert plan.default_config(tmp_path) == EXAMPLES / "relay.toml"
    (tmp_path / "relay.toml").write_text("", "utf-8")
    assert plan.default_config(tmp_path) == tmp_path / "relay.toml"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('serves = ["zoho-one/crm"]', 'serves = ["zoho-one/crmm"]', "connections.zoho-crm.serves"),
        ('policy = "oomnis"', 'policy = "acme"', "no policy 'acme'"),
        ('adapter = "zoho_crm"', 'adapter = "zoho_crmm"', "connections.zoho-crm.adapter"),
    ],
)
def test_a_configuration_that_cannot_work_is_wrong_use(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(Path(CONFIG).read_text("utf-8").replace(old, new), "utf-8")
    result = runner.invoke(plan.app, [EVENTS, "--config", str(path)])
    assert result.exit_code == WRONG_USE
    assert complaint in result.stderr


@pytest.mark.parametrize(
    ("place", "said"),
    [(None, "the jurisdiction is unknown"), ("US-TX", "no regime of the policy covers US-TX"), ("EEA", None)],
)
def test_the_strictest_law_was_taken_without_a_word_where_the_jurisdiction_is_unknown(
    place: str | None, said: str | None
) -> None:
    line = json.dumps({**json.loads(Path(EVENTS).read_text().splitlines()[0]), "jurisdiction": place})
    (planned,) = _planned("-", "--config", CONFIG, stdin=line)
    assert planned["assumed"] == said
    table = runner.invoke(plan.app, ["-", "--config", CONFIG], input=line).stdout
    assert ("the strictest of the laws that could apply holds" in table) == (said is not None)
