"""From what somebody types to the open tasks that are meant; and why one isn't open, if it isn't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.tasks import TASK
from schemas.codec import decode
from schemas.errors import InvalidRecord
from schemas.records import AuditRecord
from schemas.times import iso
from streams import topics
from streams.commands.lane_orders import lanes_on
from streams.commands.lane_state import kept
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.commands.lane_state import Kept
    from streams.settings import Settings

SHORTEST = 8
"""So many characters of a delivery_id may stand for it."""


async def open_tasks(settings: Settings, lanes: Iterable[str] | None = None) -> list[Kept]:
    """The open tasks of these lanes, or of all, what is due first before the others.

    Raises:
        SetupError, TopicsError

    """
    found = await kept(settings, await lanes_on(settings) if lanes is None else lanes, TASK)
    return sorted(found, key=lambda task: (task.entry.delivery.due_at, task.lane, task.entry.delivery.delivery_id))


async def wanted_tasks(settings: Settings, ids: Sequence[str], lane: str | None = None) -> list[Kept]:
    """The open tasks that these ids, or beginnings of ids, stand for. `lane`: in which they must be.

    Raises:
        InvalidRecord: one of them is no open task there; the text says what it is instead.
        SetupError, TopicsError

    """
    tasks = await open_tasks(settings)
    found = []
    for text in dict.fromkeys(ids):
        task = chosen(tasks, text)
        if task is None:
            raise InvalidRecord(await _why_not(settings, text))
        if lane not in {None, task.lane}:
            raise InvalidRecord(f"{text} is a task of lane {task.lane}, not of {lane}: say --lane {task.lane}")
        found.append(task)
    return found


def chosen(tasks: Iterable[Kept], text: str) -> Kept | None:
    """The task whose delivery_id begins so.

    Raises:
        InvalidRecord: too short, or several do.

    """
    if len(text) < SHORTEST:
        raise InvalidRecord(f"{text!r} is too short: at least the first {SHORTEST} characters of a delivery_id")
    found = [task for task in tasks if task.entry.delivery.delivery_id.startswith(text)]
    if len(found) > 1:
        raise InvalidRecord(f"{len(found)} tasks begin with {text}: write more of it")
    return found[0] if found else None


async def _why_not(settings: Settings, text: str) -> str:
    """Ask the audit what became of a delivery; its newest outcome counts."""
    last: AuditRecord | None = None
    async for raw in scan(settings, topics.AUDIT):
        if text.encode() in raw.value:
            record = decode(AuditRecord, raw.value)
            if record.kind == "outcome" and (record.delivery_id or "").startswith(text):
                last = record
    return said_of(text, last)


def said_of(text: str, last: AuditRecord | None) -> str:
    """Why it is no open task, by its newest outcome; None: there is none."""
    if last is None:
        return f"nobody knows a delivery {text}; `consent-relay tasks list` shows the open tasks"
    when = f"{text} of lane {last.lane}"
    at = iso(last.at)
    if last.outcome == "done":
        return f"{when} is done already: at {at} by {last.command.by if last.command else 'somebody'}"
    if last.outcome == "superseded":
        event = (last.evidence.detail if last.evidence else None) or ""
        event = event.removeprefix("by_event=")
        return f"{when} is no task any more: a newer instruction took its place at {at} (event {event}), do nothing"
    return f"{when} is no task: it ended as {last.outcome} at {at}"
