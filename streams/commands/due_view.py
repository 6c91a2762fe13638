"""A deadline in an output: its moment, its date there, the rule, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.reckoning.saying import due_day, mark_of
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping


def due_facts(rule: str | None, due_at: int | None, now: int) -> dict[str, Any]:
    """As `--json` tells it. due_at, now: µs."""
    return {
        "due_at": None if due_at is None else iso(due_at),
        "due_on": None if due_at is None else due_day(rule, due_at),
        "rule": rule,
        "mark": mark_of(rule),
        "overdue": due_at is not None and due_at < now,
    }


def due_text(told: Mapping[str, Any]) -> str:
    """The same in a cell of a table."""
    sure = f" ({told['mark']})" if told["mark"] else ""
    return (told["due_on"] or "-") + sure + (" OVERDUE" if told["overdue"] else "")
