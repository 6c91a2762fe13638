"""The lanes as a table for a person, out of what `lanes list --json` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table

from processors.delivering.job import HOLDS
from streams.commands.lanes_pulse import breaker_text, calls_text, limit_text
from streams.commands.lanes_served import note
from streams.commands.lanes_view import age

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ALWAYS = ("lane", "partitions", "paused", "lag", "oldest", "parked", "failed")
COLUMNS = (
    "lane", "partitions", "paused", "lag", "oldest", "parked", "on hold", "jobs", "failed", "manual tasks",
    "overdue", "in flight", "breaker", "limit", "told",
)  # fmt: skip
NOTHING = {"", "-", "0"}


def shown(lanes: Iterable[Mapping[str, Any]]) -> Group:
    """One row a lane, without columns that tell nothing; below, what must be known of a lane."""
    lanes = list(lanes)
    rows = [tuple(map(str, _row(lane))) for lane in lanes]
    columns = [
        number
        for number, name in enumerate(COLUMNS)
        if name in ALWAYS or any(row[number] not in NOTHING for row in rows)
    ]
    table = Table(box=None)
    for number in columns:
        table.add_column(COLUMNS[number], no_wrap=COLUMNS[number] == "lane")
    for row in rows:
        table.add_row(*(row[number] for number in columns))
    return Group(table, *(f"{lane['lane']}: {text}" for lane in lanes if (text := note(lane))))


def _row(lane: Mapping[str, Any]) -> Iterator[object]:
    yield lane["lane"]
    yield lane["partitions"]
    yield _paused(lane)
    yield lane["lag_records"]
    yield age(lane["oldest_s"])
    yield lane["entries"]["parked"]
    yield sum(lane["entries"][status] for status in HOLDS)
    yield from (lane["entries"][status] for status in ("accepted", "failed", "manual_task"))
    yield lane["overdue"]
    yield calls_text(lane)
    yield breaker_text(lane)
    yield limit_text(lane)
    yield age(lane["told_s_ago"])


def _paused(lane: Mapping[str, Any]) -> str:
    paused = len(lane["paused"])
    text = "" if not paused else "yes" if paused == lane["partitions"] else f"{paused} of {lane['partitions']}"
    return f"{text}, by itself" if lane["paused_itself"] else text
