"""From what somebody types to the open tasks that are meant; and why one isn't open, if it isn't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing import facts
from processors.closing.retold import CANCELLED_BY
from processors.closing.words import CANCELLED
from schemas.codec import decode
from schemas.errors import InvalidRecord
from schemas.records import AuditRecord
from schemas.times import iso
from streams import topics
from streams.commands.tasks_open import id_of, lane_of, open_tasks
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.commands.tasks_open import Task
    from streams.settings import Settings

SHORTEST = 8
"""So many characters of an id may stand for it."""


async def wanted_tasks(settings: Settings, ids: Sequence[str], lane: str | None = None) -> list[Task]:
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
        if lane is not None and lane != (whose := lane_of(task)):
            remedy = f"a task of lane {whose}, not of {lane}: say --lane {whose}"
            raise InvalidRecord(f"{text} is {remedy if whose else 'no task of a lane: leave --lane out'}")
        found.append(task)
    return found


def chosen(tasks: Iterable[Task], text: str) -> Task | None:
    """The task whose id begins so.

    Raises:
        InvalidRecord: too short, or several do.

    """
    if len(text) < SHORTEST:
        raise InvalidRecord(f"{text!r} is too short: at least the first {SHORTEST} characters of its id")
    found = [task for task in tasks if id_of(task).startswith(text)]
    if len(found) > 1:
        raise InvalidRecord(f"{len(found)} tasks begin with {text}: write more of it")
    return found[0] if found else None


async def _why_not(settings: Settings, text: str) -> str:
    """Ask the audit what became of a delivery; its newest outcome counts."""
    last: AuditRecord | None = None
    async for raw in scan(settings, topics.AUDIT):
        if text.encode() in raw.value:
            record = decode(AuditRecord, raw.value)
            if any(one.startswith(text) for one in ended(record)):
                last = record
    return said_of(text, last)


def ended(record: AuditRecord) -> list[str]:
    """The deliveries, or tasks of a request, of which it says an outcome."""
    if record.kind in {facts.TASK_DONE, CANCELLED_BY}:
        return [leg.delivery_id for leg in record.legs or () if leg.delivery_id]
    return [record.delivery_id] if record.kind == "outcome" and record.delivery_id else []


def said_of(text: str, last: AuditRecord | None) -> str:
    """Why it is no open task, by its newest outcome; None: there is none."""
    if last is None:
        return f"nobody knows a delivery {text}, nor a task; `consent-relay tasks list` shows the open ones"
    when = f"{text} of lane {last.lane}" if last.lane else text
    at = iso(last.at)
    if last.outcome == "done":
        return f"{when} is done already: at {at} by {last.command.by if last.command else 'somebody'}"
    if last.outcome == "superseded":
        event = (last.evidence.detail if last.evidence else None) or ""
        event = event.removeprefix("by_event=")
        return f"{when} is no task any more: a newer instruction took its place at {at} (event {event}), do nothing"
    word = CANCELLED if last.kind == CANCELLED_BY else last.outcome
    return f"{when} is no task: it ended as {word} at {at}" + (f" by {last.command.by}" if last.command else "")
