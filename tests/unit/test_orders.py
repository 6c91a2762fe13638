"""What a command says before anybody is given it."""

from __future__ import annotations

import getpass
import re
import uuid
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.errors import SetupError
from streams.cli import app
from streams.commands.orders import LONGEST_TEXT, operator, order


def test_a_command_says_who_and_why_and_is_told_apart_from_every_other() -> None:
    first, second = (order("lanes.release", {"until": "7"}, "ops", "checked", "crm") for _ in range(2))
    assert (first.name, first.lane, first.args, first.by, first.reason) == (
        "lanes.release",
        "crm",
        {"until": "7"},
        "ops",
        "checked",
    )
    assert first.command_id != second.command_id
    assert uuid.UUID(first.command_id).version == 7
    assert first.at > 0


@pytest.mark.parametrize(
    ("by", "reason", "named"), [(" ", "x", "--by"), ("x", "", "--reason"), ("x", "\t\n", "--reason")]
)
def test_nobody_gives_a_command_without_saying_who_and_why(by: str, reason: str, named: str) -> None:
    with pytest.raises(SetupError, match=f"^{named} is empty"):
        order("router.resume", {}, by, reason)


@pytest.mark.parametrize(
    "reason",
    [
        "mail of ana@b.example",
        "see ?who=ana%40b.example",
        "she called: +491701234567",
        "tel=%2b491701234567",
        "she called: +49 170 1234567",
        "+49-170-1234567",
        "+49/170.1234567",
        "her number +49 (170) 123-4567 is wrong",
    ],
)
def test_a_reason_names_no_person(reason: str) -> None:
    with pytest.raises(SetupError, match=r"^--reason has an e-mail address or a phone number") as caught:
        order("router.resume", {}, "ops", reason)
    assert "ana" not in str(caught.value)
    assert "170" not in str(caught.value)


def test_a_reason_to_redrive_a_dead_letter_names_no_person_either() -> None:
    redrive = ["dead-letters", "redrive", "consent.events[2]@17", "--bootstrap-servers", "127.0.0.1:1"]
    for reason, named in (("mail of ana@b.example", "has an e-mail address"), (" ", "is empty or longer")):
        result: Any = CliRunner().invoke(app, [*redrive, "--reason", reason])
        assert (result.exit_code, f"--reason {named}" in result.output) == (2, True)
        assert "ana" not in result.output


@pytest.mark.parametrize(
    "reason", ["ticket 4711-2026", "1 + 1 lanes", "+12 of 3456789", "since 2026-11-26T02:00+01:00", "+1 (3 of 5), -2"]
)
def test_numbers_may_stand_in_a_reason(reason: str) -> None:
    assert order("router.resume", {}, "ops", reason).reason == reason


def test_a_reason_is_no_novel() -> None:
    assert order("router.resume", {}, "ops", "x" * LONGEST_TEXT).reason
    with pytest.raises(SetupError, match=r"^--reason is empty or longer than 1000 characters"):
        order("router.resume", {}, "ops", "x" * (LONGEST_TEXT + 1))


def test_the_operator_is_a_user_and_a_machine() -> None:
    assert re.fullmatch(rf"{re.escape(getpass.getuser())}@\S+", operator())
