"""`lanes list` for a person: lanes' names and what must be known of them are whole."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

from rich.console import Console

from schemas.times import SECOND
from streams.commands.lanes_table import shown
from streams.commands.lanes_view import Place, summed

NAME = "google-analytics"


def lane(**entries: int) -> dict[str, Any]:
    place = Place(0, paused=False, flooded=False, lag=12, entries=Counter(entries), waits_since=1, due=(), pulse=None)
    return summed(NAME, [place], 5 * SECOND) | {"workers": 0, "configured": True}


def printed(*lanes: dict[str, Any]) -> list[str]:
    out = StringIO()
    Console(file=out, width=100).print(shown(lanes))
    return out.getvalue().splitlines()


def test_columns_that_tell_nothing_are_left_out() -> None:
    head, row, told = printed(lane(parked=3))
    assert head.split() == ["lane", "partitions", "paused", "lag", "oldest", "parked", "failed"]
    assert row.split() == [NAME, "1", "12", "5", "s", "3", "0"]
    assert told == f"{NAME}: no worker serves it"


def test_what_there_is_is_told() -> None:
    head, row, _ = printed(lane(accepted=2, held=1))
    assert "jobs" in head
    assert "on hold" in head
    assert row.split()[-3:] == ["1", "2", "0"]
