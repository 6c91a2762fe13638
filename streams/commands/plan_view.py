"""A plan as tables for a person, or as JSON lines."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import typer

from processors.reckoning.saying import due_day
from schemas.kept import as_dict
from schemas.times import iso
from streams.commands.common import complain
from streams.commands.plan_legs import show_legs, words_of
from streams.commands.plan_words import meanings
from streams.commands.screen import console, indented

if TYPE_CHECKING:
    from pathlib import Path

    from processors.plan import Plan
    from schemas.errors import DataError
    from schemas.events import ConsentEvent
    from schemas.records import Leg
    from streams.commands.lines import Line


class JsonLines:
    """One object per event or bad line, on standard output."""

    def begin(self, config: Path | None) -> None:
        if config is None:
            typer.echo(_NO_CONFIG, err=True)

    def planned(self, line: Line, event: ConsentEvent, made: Plan, assumed: str | None) -> None:
        facts = {
            "event_id": event.event_id,
            "kind": event.kind,
            "controller": event.controller,
            "subject_id": event.subject_id,
            "verdict": made.verdict,
            "reason": made.reason,
            "occurred_at": iso(made.occurred_at),
            "received_at": iso(made.received_at),
            "clock_corrected": made.clock_corrected,
            "assumed": assumed,
            "legs": [_leg(leg) for leg in made.legs],
            "reopened": [_leg(one.leg) for one in made.reopened],
        }
        typer.echo(json.dumps({"source": line.source, "line": line.number, **facts}))

    def refused(self, line: Line, error: DataError) -> None:
        facts = {"reason": error.reason, "field": error.field, "message": error.message}
        typer.echo(json.dumps({"source": line.source, "line": line.number, "error": facts}))

    def end(self, bad: int) -> None:
        pass


_NO_CONFIG = "no relay.toml found: planned without connections, so every recipient is unbound (see --config)"


_MOMENTS = ("due_at", "review_at", "backup_until")
_UNTOLD = frozenset({*_MOMENTS, "lane"})


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        **{name: said for name, said in as_dict(leg).items() if name not in _UNTOLD},
        "connection": leg.lane,
        "due_on": None if leg.due_at is None else due_day(leg.rule, leg.due_at),
        **{name: None if at is None else iso(at) for name in _MOMENTS for at in (getattr(leg, name),)},
    }


class Tables:
    """One table per event; bad lines on standard error."""

    def __init__(self) -> None:
        self._screen = console()
        self._count: Counter[str] = Counter()
        self._words: set[str | None] = set()

    def begin(self, config: Path | None) -> None:
        typer.echo(_NO_CONFIG if config is None else f"connections of {config}", err=True)

    def planned(self, line: Line, event: ConsentEvent, made: Plan, assumed: str | None) -> None:
        self._count.update(["event", *(leg.kind for leg in _legs(made))])
        why = f" ({made.reason})" if made.reason else ""
        self._words.add(made.reason)
        self._screen.print(
            f"\n{line.place}  {event.kind}  {event.controller}/{event.subject_id}  {made.verdict}{why}"
        )
        if assumed and any(leg.due_at for leg in made.legs):
            self._screen.print(f"  {assumed}: the strictest of the laws that could apply holds")
        for field in made.clock_corrected:
            self._screen.print(f"  {field} can't be right: taken as {iso(getattr(made, field))}")
        if made.legs or made.reopened:
            show_legs(self._screen, _legs(made))
            self._words.update(word for leg in _legs(made) for word in words_of(leg))

    def refused(self, line: Line, error: DataError) -> None:
        complain(f"{line.place}: {error}")

    def end(self, bad: int) -> None:
        n = self._count
        text = f"\n{n['event']} events: {n['delivery']} deliveries, {n['task']} open tasks, {n['none']} not due"
        self._screen.print(f"{text}; {bad} bad lines" if bad else text)
        for meaning in meanings(self._words):
            self._screen.print(indented(meaning))


def _legs(made: Plan) -> list[Leg]:
    """Those that begin anew, too: they are of older events."""
    return [*made.legs, *(one.leg for one in made.reopened)]
