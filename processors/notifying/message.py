"""The message about open tasks: ids, what is to be done where, and until when. Whom it is about is found by id."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from processors.notifying.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.notifying.stages import Notice

_WORDS = {"new": "new", "due_soon": "due soon", "overdue": "OVERDUE"}
SHORT = 12
"""So many characters of an id are shown, as `tasks list` shows it."""


class Taken(NamedTuple):
    """A message as it was taken in. flaw: it wasn't by all whom it was for; those who have it aren't told again."""

    message: bytes
    flaw: str | None = None


def subject(controller: str, told: Sequence[Notice]) -> str:
    """`osows: 3 tasks by hand, 1 OVERDUE, 2 new`."""
    count = Counter(notice.stage for notice in told)
    parts = ", ".join(f"{count[stage]} {_WORDS[stage]}" for stage in reversed(STAGES) if count[stage])
    return f"{controller}: {len(told)} {'task' if len(told) == 1 else 'tasks'} by hand, {parts}"


def text(controller: str, owner: str | None, told: Sequence[Notice]) -> str:
    """The body of a mail."""
    whose = f"Owner: {owner}\n" if owner else ""
    lines = "\n".join(_line(notice) for notice in _by_need(told))
    return (
        f"{subject(controller, told)}\n{whose}\n{lines}\n\n"
        "What to do, and for whom:  consent-relay tasks show ID [--reveal]\n"
        'When it is done:           consent-relay tasks done ID --evidence FILE --reason "..."\n'
    )


def payload(controller: str, owner: str | None, told: Sequence[Notice]) -> dict[str, Any]:
    """The same for a webhook; its `type` as Standard Webhooks wants it."""
    tasks = [
        {
            "id": notice.id, "stage": notice.stage, "action": notice.task["action"], "where": _where(notice),
            "due_on": notice.task["due_on"], "rule": notice.task["rule"],
        }
        for notice in _by_need(told)
    ]  # fmt: skip
    return {"type": "tasks.open", "controller": controller, "owner": owner, "tasks": tasks}


def _by_need(told: Sequence[Notice]) -> list[Notice]:
    return sorted(told, key=lambda one: (-STAGES.index(one.stage), one.task["due_at"] or "9", one.id))


def _line(notice: Notice) -> str:
    due = notice.task["due_on"] or "no date"
    return f"{notice.id[:SHORT]}  {_WORDS[notice.stage]:8}  due {due}  {notice.task['action']}  {_where(notice)}"


def _where(notice: Notice) -> str:
    return str(notice.task["lane"] or ", ".join(notice.task["recipients"] or ["one's own house"]))
