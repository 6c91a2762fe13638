from __future__ import annotations

import errno
import io
import re
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


def everything(command: Any, *before: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """It and what is below it, by the words that call it."""
    path = (*before, command.name)
    yield path, command
    for one in getattr(command, "commands", {}).values():
        yield from everything(one, *path)


def paths(name: str) -> Iterator[tuple[str, ...]]:
    yield from (path for path, found in everything(command(name)) if not hasattr(found, "commands"))


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
OURS = sorted(path for name in TAUGHT for path in paths(name))


def test_the_commands_are_all_there() -> None:
    assert len(OURS) == 27


@pytest.mark.parametrize("path", OURS, ids=" ".join)
def test_help_teaches_by_an_example(path: tuple[str, ...]) -> None:
    result = runner.invoke(app, [*path, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert f"Example: consent-relay {' '.join(path)}" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_what_stands_in_brackets(name: str) -> None:
    """Unless they are escaped, they are taken for markup and say nothing."""
    for path, found in everything(command(name)):
        shown = runner.invoke(app, [*path, "--help"], env={"COLUMNS": "200"}).stdout
        texts = [found.help, *(getattr(one, "help", None) for one in found.params)]
        brackets = {one for text in texts for one in re.findall(r"\[[^]]*]", text or "") if one not in shown}
        assert (path, brackets) == (path, set())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_breaks_well_on_a_screen_of_80_columns(name: str) -> None:
    """A line that is too long leaves a piece of itself on a line of its own; in the first text lines are joined."""
    for path, found in everything(command(name)):
        _, *more = (found.help or "").split("\n\n")
        lines = [line for text in more if not text.startswith("Example") for line in text.splitlines()[:-1]]
        assert (path, [line for line in lines if len(line) > 78]) == (path, [])


def failing(error: BaseException) -> typer.Typer:
    app = typer.Typer(cls=RelayGroup)

    @app.command()
    def fail() -> None:
        raise error

    @app.command()
    def other() -> None: ...

    return app


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (SetupError("no broker", remedy="start one"), 2, "no broker\n  what to do: start one\n"),
        (InvalidRecord("is missing", field="purposes"), 1, "purposes: is missing\n"),
        (OwnershipLost("another one is at it"), 1, "another one is at it\n"),
        (KafkaConnectionError("gone"), 2, "Kafka refused or went away: KafkaConnectionError: gone\n"),
        (TimeoutError(), 2, "Kafka refused or went away: no answer in time\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_errors_end_with_their_code_and_their_own_text(error: BaseException, code: int, text: str) -> None:
    result = runner.invoke(failing(error), ["fail"])
    assert (result.exit_code, result.stderr, result.stdout) == (code, text, "")


class FullDisk(io.TextIOBase):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_error_that_nobody_can_be_told_ends_with_its_code_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose log is on a full disk: who waits for it goes by the code."""
    monkeypatch.setattr(sys, "stderr", FullDisk())
    with pytest.raises(SystemExit) as ended:
        failing(SetupError("no room", remedy="make some"))(["fail"])
    assert ended.value.code == 2
