from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from aiokafka.errors import KafkaConnectionError
from typer.testing import CliRunner

from schemas.errors import InvalidRecord, OwnershipLost, SetupError
from streams.cli import COMMANDS, app, command
from streams.commands.common import RelayGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

runner = CliRunner()


def paths(command: Any, *before: str) -> Iterator[tuple[str, ...]]:
    path = (*before, command.name)
    below = getattr(command, "commands", {}).values()
    yield from (found for one in below for found in paths(one, *path)) if below else (path,)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_listed_is_what_is_called(name: str) -> None:
    _, said = COMMANDS[name]
    found = command(name)
    assert found.name == name
    assert " ".join(found.help.split("\n\n")[0].split()).rstrip(".") == said.rstrip(".")


def test_help_imports_no_command() -> None:
    code = "import sys; from streams.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    *_, modules = ran.stdout.splitlines()
    assert "streams.commands.common" in modules.split()
    assert not {"streams.commands.plan", "processors.vendors", "faust"}.intersection(modules.split())


def test_without_a_command_it_prints_help() -> None:
    result = runner.invoke(app)
    assert result.exit_code == 0
    assert "publish" in result.stdout
    assert "dead-letters" in result.stdout
    assert "Exit codes" in result.stdout


def test_version() -> None:
    result = runner.invoke(app, ["--version"])
    assert result.exit_code == 0
    name, number = result.stdout.split()
    assert name == "consent-relay"
    assert number[0].isdigit()


def test_unknown_commands_and_options_are_wrong_use() -> None:
    assert runner.invoke(app, ["publsh"]).exit_code == 2
    assert runner.invoke(app, ["publish", "x.jsonl", "--nope"]).exit_code == 2
    assert runner.invoke(app, ["audit", "show", "--controller", "oomnis"]).exit_code == 2


TAUGHT = ("broker", "topics", "sandbox", "publish", "audit", "dead-letters", "router", "lanes", "up")
OURS = sorted(path for name in TAUGHT for path in paths(command(name)))


def test_the_commands_are_all_there() -> None:
    assert len(OURS) == 27


@pytest.mark.parametrize("path", OURS, ids=" ".join)
def test_help_teaches_by_an_example(path: tuple[str, ...]) -> None:
    result = runner.invoke(app, [*path, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert f"Example: consent-relay {' '.join(path)}" in result.stdout


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (SetupError("no broker", remedy="start one"), 2, "no broker\n  what to do: start one\n"),
        (InvalidRecord("is missing", field="purposes"), 1, "purposes: is missing\n"),
        (OwnershipLost("another one is at it"), 1, "another one is at it\n"),
        (KafkaConnectionError("gone"), 2, "Kafka refused or went away: KafkaConnectionError: gone\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_errors_end_with_their_code_and_their_own_text(error: BaseException, code: int, text: str) -> None:
    failing = typer.Typer(cls=RelayGroup)

    @failing.command()
    def fail() -> None:
        raise error

    @failing.command()
    def other() -> None: ...

    result = runner.invoke(failing, ["fail"])
    assert (result.exit_code, result.stderr, result.stdout) == (code, text, "")
