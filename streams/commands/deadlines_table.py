"""The law's rows as tables for a lawyer, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from schemas.deadlines import law
from streams.commands.screen import console

if TYPE_CHECKING:
    from schemas.law.rows import Deadline, Period, Regime, Term

_WORDS = {"calendar_day": "day", "business_day": "business day", "working_day": "working day"}
"""Units whose name isn't the word that people use."""


def rows_of(regime: str) -> tuple[list[Deadline], list[Period]]:
    deadlines = [row for row in law().deadlines if row.regime == regime]
    return deadlines, [row for row in law().periods if row.regime == regime]


def regime_json(regime: Regime, rows: tuple[list[Deadline], list[Period]]) -> dict[str, Any]:
    deadlines, periods = rows
    return {
        **regime.model_dump(mode="json", exclude_none=True),
        "deadlines": [{"rule": row.rule, **row.model_dump(mode="json", exclude_none=True)} for row in deadlines],
        "periods": [row.model_dump(mode="json", exclude_none=True) for row in periods],
    }


def show_rows(regime: Regime, rows: tuple[list[Deadline], list[Period]]) -> None:
    screen, (deadlines, periods) = console(), rows
    screen.print(f"\n{regime.id}: {regime.title} ({', '.join(regime.jurisdictions) or 'everywhere'})")
    table = Table("rule", "after", "until", "longer", "mark", "citation", box=None)
    for row in deadlines:
        cells = (", ".join(row.events), _until(row), words(row.extension) if row.extension else "-")
        table.add_row(row.rule, *cells, mark(row), row.citation)
    screen.print(table)
    for one in periods:
        number = f"{one.meaning.replace('_', ' ')} {_number(one.amount, one.unit)}"
        screen.print(f"  {one.name}: {number}; {one.mark}, {one.citation}: {one.note}")


def words(term: Term) -> str:
    """As in `45 days`; our own target says that it is one."""
    if term.unit == "none":
        return f"no number, ours is {_number(term.target_days or 0, 'day')}"
    return _number(term.amount or 0, term.unit)


def _number(amount: int, unit: str) -> str:
    return f"{amount} {_WORDS.get(unit, unit)}{'' if amount == 1 else 's'}"


def mark(row: Deadline) -> str:
    """How sure the row is; what the law gives no number for is our own target."""
    return f"internal ({row.mark})" if row.unit == "none" else row.mark


def _until(row: Deadline) -> str:
    more = [f"from {row.start}"] if row.start != "received" else []
    more += [f"by {', '.join(row.channels)}"] if row.channels else []
    more += [f"since {row.valid_from}"] if row.valid_from else []
    more += [f"until {row.valid_to}"] if row.valid_to else []
    return "; ".join((words(row), *more))
