"""When an open task is told of: when it is there, some time before it is due, and when it is overdue; once each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NEW, DUE_SOON, OVERDUE = STAGES = ("new", "due_soon", "overdue")


class Told(NamedTuple):
    """What was last told of a task. due_at: until when it was to be done then; None: nobody noted it."""

    stage: str
    due_at: str | None = None


class Notice(NamedTuple):
    """A task to be told of, as `tasks list --json` has it, and why."""

    task: Mapping[str, Any]
    stage: str

    @property
    def id(self) -> str:
        return str(self.task["delivery_id"])


def stage_of(due_at: int | None, now: int, remind_before_s: float) -> str:
    """How far a task is. due_at, now: µs."""
    if due_at is None or now < due_at - remind_before_s * 1_000_000:
        return NEW
    return DUE_SOON if now < due_at else OVERDUE


def notices(
    tasks: Iterable[Mapping[str, Any]], told: Mapping[str, Told], now: int, remind_before_s: float
) -> tuple[Notice, ...]:
    """Those that have come further than what was last told of them. told: by the task's id.

    Of a task that has more time since, all but that it is there is told anew.
    """
    found = []
    for task in tasks:
        due_at = None if task["due_at"] is None else moment(task["due_at"])
        notice = Notice(task, stage_of(due_at, now, remind_before_s))
        last = told.get(notice.id)
        if last is None or STAGES.index(notice.stage) > STAGES.index(_come_to(last, notice.stage, due_at)):
            found.append(notice)
    return tuple(found)


def _come_to(last: Told, stage: str, due_at: int | None) -> str:
    """As which what was last told counts. Without its date only a stage that goes back shows that it was put off."""
    if last.due_at is None:
        is_put_off = STAGES.index(stage) < STAGES.index(last.stage)
    else:
        is_put_off = due_at is not None and due_at > moment(last.due_at)
    return NEW if is_put_off else last.stage
