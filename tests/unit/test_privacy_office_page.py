"""docs/privacy-office.md: its example events are taken as they stand, by the form and by the policy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from schemas.events import ConsentEvent
from streams.commands import plan
from streams.commands.lines import new_event_id, read_lines

ROOT = Path(__file__).parents[2]
CONFIG = str(ROOT / "examples" / "relay.toml")
PAGE = (ROOT / "docs" / "privacy-office.md").read_text("utf-8")
LINES = [
    line
    for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
runner = CliRunner()


def _planned(stdin: str) -> list[dict[str, Any]]:
    result = runner.invoke(plan.app, ["-", "--config", CONFIG, "--json"], input=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_example_is_published_and_planned_as_it_stands() -> None:
    got = [line.got for line in read_lines("page", [line.encode() for line in LINES], new_event_id)]
    assert all(isinstance(event, ConsentEvent) for event in got), got
    assert {event.kind for event in got if isinstance(event, ConsentEvent)} == {
        "consent.withdrawn", "objection.raised", "access.requested", "correction.requested", "deletion.requested",
        "hold.placed", "hold.lifted",
    }  # fmt: skip
    assert [one["verdict"] for one in _planned("\n".join(LINES))] == ["planned"] * len(LINES)


def test_a_withdrawal_or_objection_names_whom_it_is_about_as_the_page_says() -> None:
    asked = [data for data in map(json.loads, LINES) if not data["kind"].startswith("hold.")]
    assert all(data["identities"] and data["method"] == "support" for data in asked)
