"""Plans and policies on a narrow screen: every word can be read, and is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.commands.plan_words import WORDS

EXAMPLES = Path(__file__).parents[2] / "examples"
PLAN = ["plan", str(EXAMPLES / "withdrawal.jsonl"), "--config", str(EXAMPLES / "relay.toml")]


def _screen(*args: str, width: int) -> str:
    """As a terminal of this width shows it."""
    env = {"COLUMNS": str(width), "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb"}
    return CliRunner().invoke(app, args, env=env).output


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_narrow_screen_broke_a_plans_words_into_pieces(width: int) -> None:
    text = _screen(*PLAN, width=width)
    for word in ("marketing-campaigns", "zoho-one/marketing", "microsoft/azure", "manual_task"):
        assert word in text
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("word", ["manual_task", "unbound_recipient", "client_signal", "internal", "secondary"])
def test_a_plan_used_words_that_nothing_explained(word: str) -> None:
    assert f"{word}: {WORDS[word]}" in " ".join(_screen(*PLAN, width=200).split())


@pytest.mark.parametrize("args", [("policy", "show", "osows"), ("policy", "check", "osome")])
def test_a_narrow_screen_cut_off_what_a_policy_names(args: tuple[str, ...]) -> None:
    assert "\u2026" not in _screen(*args, width=80)
