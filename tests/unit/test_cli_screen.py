"""What others wrote is shown by a terminal, and doesn't steer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from streams.commands.common import complain, say
from streams.commands.screen import console

if TYPE_CHECKING:
    import pytest

STEERED, SHOWN = "\x1b[2Kgood \x9b1A\u202edone", "\\x1b[2Kgood \\x9b1A\\u202edone"


def test_tables_and_lines_obey_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("one", box=None)
    table.add_row(STEERED)
    console().print(table)
    console().print(f"two\n\t{STEERED}")
    say(f"three\n{STEERED} 漢字\u00a0é")
    out = capsys.readouterr().out
    assert out.count(SHOWN) == 3
    assert not {"\x1b", "\x9b", "\u202e"} & set(out)
    assert f"three\n{SHOWN} 漢字\u00a0é\n" in out


def test_complaints_obey_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    complain(f"wrong: {STEERED}\n  what to do: nothing")
    assert capsys.readouterr().err == f"wrong: {SHOWN}\n  what to do: nothing\n"
