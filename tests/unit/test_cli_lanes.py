"""What the commands for lanes say before anybody asks a broker, and how they tell what came of them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.commands.carrying import lines

runner = CliRunner()


@pytest.mark.parametrize("name", ["pause", "resume"])
def test_nobody_stops_a_lane_without_saying_which_and_why(name: str) -> None:
    assert runner.invoke(app, ["lanes", name, "zoho-crm"]).exit_code == 2
    assert runner.invoke(app, ["lanes", name, "--reason", "x"]).exit_code == 2


@pytest.mark.parametrize(
    "what", [[], ["consent.events[0]@1", "--lane", "crm"], ["consent.events[0]@1", "--delivery", "d"]]
)
def test_a_redrive_is_of_one_letter_or_of_a_lane(what: list[str]) -> None:
    result = runner.invoke(app, ["dead-letters", "redrive", *what, "--reason", "x"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "name an ORIGIN" in result.stderr


def test_partitions_that_say_the_same_are_told_together() -> None:
    assert lines("lane crm", {0: "paused", 1: None, 2: "paused", 3: "was paused already"}) == [
        "lane crm, partitions 0, 2: paused",
        "lane crm, partitions 1: given, not carried out yet",
        "lane crm, partitions 3: was paused already",
    ]
