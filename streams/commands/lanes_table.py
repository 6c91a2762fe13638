"""The lanes as a table for a person, out of what `lanes list --json` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from processors.delivering.job import HOLDS
from streams.commands.lanes_pulse import breaker_text, calls_text, limit_text
from streams.commands.lanes_served import note
from streams.commands.lanes_view import age

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

COLUMNS = (
    "lane", "partitions", "paused", "lag", "oldest", "parked", "on hold", "jobs", "failed", "manual tasks",
    "overdue", "in flight", "breaker", "limit", "told", "",
)  # fmt: skip


def table(lanes: Iterable[Mapping[str, Any]]) -> Table:
    """One row a lane."""
    shown = Table(*COLUMNS, box=None)
    for lane in lanes:
        shown.add_row(*map(str, _row(lane)))
    return shown


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
    yield note(lane)


def _paused(lane: Mapping[str, Any]) -> str:
    paused = len(lane["paused"])
    text = "" if not paused else "yes" if paused == lane["partitions"] else f"{paused} of {lane['partitions']}"
    return f"{text}, by itself" if lane["paused_itself"] else text
