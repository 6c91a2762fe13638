"""The legs of a plan, for a person: a table, or on a narrow screen a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table

from processors.reckoning.saying import due_day
from schemas.events import CHANNELS
from schemas.times import iso
from streams.commands.screen import indented

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from rich.console import Console, RenderableType

    from schemas.records import Leg

NARROW = 160
"""Below so many columns a table's words would be broken into pieces that nobody can read."""


def show_legs(screen: Console, legs: Collection[Leg]) -> None:
    if screen.width >= NARROW:
        screen.print(_table(legs))
        return
    for leg in legs:
        for line in _lines(leg):
            screen.print(line)


def words_of(leg: Leg) -> tuple[str | None, ...]:
    return leg.outcome, leg.task, leg.mark, leg.reason


def _table(legs: Iterable[Leg]) -> Table:
    whole = [Column(name, no_wrap=True, overflow="fold") for name in ("due", "by rule", "how sure")]
    rest = [Column(name, overflow="fold") for name in ("for", "connection", "what", "purposes", "channels", "why")]
    table = Table(*rest[:-1], *whole, rest[-1], box=None)
    for leg in legs:
        cells = (leg.lane, _what(leg), ", ".join(leg.purposes), _channels(leg))
        law = (_due(leg), leg.rule or "-", leg.mark or "-")
        table.add_row(leg.recipient or "us", *(cell or "-" for cell in cells), *law, _why(leg) or "-")
    return table


def _lines(leg: Leg) -> Iterator[RenderableType]:
    where = f" by {leg.lane}" if leg.lane else ""
    yield indented(f"{leg.recipient or 'us'}{where}: {_what(leg) or 'nothing to do'}")
    about = f"{', '.join(leg.purposes)}{f' by {_channels(leg)}' if leg.channels else ''}"
    due = f"due {_due(leg)} by {leg.rule}, {leg.mark}" if leg.due_at is not None else ""
    for text in filter(None, (about, due, _why(leg))):
        yield indented(indented(text))


def _due(leg: Leg) -> str:
    return "-" if leg.due_at is None else due_day(leg.rule, leg.due_at)


def _what(leg: Leg) -> str:
    if leg.action is None or leg.task in {None, leg.action}:
        return leg.task or leg.action or ""
    return f"{leg.action} ({leg.task})"


def _channels(leg: Leg) -> str:
    text = "all" if leg.channels == CHANNELS else ", ".join(leg.channels)
    missing = ", ".join(f"{cell.purpose}/{cell.channel}" for cell in leg.overtaken)
    return f"{text}, without {missing}" if missing else text


def _why(leg: Leg) -> str:
    ends = ": ".join(word for word in (leg.outcome, leg.reason) if word)
    goes_on = f"{', '.join(leg.continues)} goes on" if leg.continues else ""
    dates = [
        f"looked at again on {iso(leg.review_at)[:10]}" if leg.review_at is not None else "",
        f"until {iso(leg.backup_until)[:10]}" if leg.backup_until is not None else "",
        f"begins anew, of {leg.reopens}" if leg.reopens else "",
    ]
    said = "; ".join(word for word in (ends, *dates, goes_on) if word)
    return f"{said} ({leg.basis})".strip() if leg.basis else said
