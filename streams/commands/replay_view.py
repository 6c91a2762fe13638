"""What `replay` tells: as a person reads it, or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from processors.replaying.rows import FILES
from schemas.times import iso
from streams.commands.common import show_json
from streams.commands.screen import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from processors.replaying.shadow import Changed, Otherwise
    from streams.replaying.live import Compared

_MOMENTS = ("due_at",)


def rebuilt(told: dict[str, Any], out: Path, *, as_json: bool) -> None:
    if as_json:
        show_json(told)
        return
    screen = console()
    upto = ", ".join(f"{partition}:{end}" for partition, end in told["offsets"].items())
    screen.print(f"{told['records']} records of consent.audit, up to {upto}")
    for partition, begin in told["begins"].items():
        if begin:
            screen.print(f"partition {partition} begins at {begin}: whoever was there before is missing, or in parts")
    table = Table("file", "lines", "SHA-256", box=None)
    for name in FILES:
        table.add_row(str(out / f"{name}.jsonl"), str(told[name]), told["sha256"][name])
    screen.print(table)
    for doubt in told["doubts"]:
        screen.print(f"consent.audit[{doubt['partition']}]@{doubt['offset']}: {doubt['text']}")
    if more := told["doubted"] - len(told["doubts"]):
        screen.print(f"and {more} more")


def compared(every: Iterable[Compared], *, as_json: bool) -> bool:
    """Say how they differ; whether they do."""
    every = list(every)
    found = [difference for one in every for difference in one.differences]
    counts = {
        "people": sum(one.people for one in every),
        "requests": sum(one.requests for one in every),
        "moving": sum(one.moving for one in every),
        "differences": len(found),
    }
    if as_json:
        for one in found:
            show_json(_plain(one._asdict()))
        show_json(counts)
        return bool(found)
    screen = console()
    for one in found:
        field = f" {one.field}:" if one.field else ""
        screen.print(f"{one.what} {one.key}:{field} live {_text(one.live)}, by the audit {_text(one.rebuilt)}")
    screen.print(f"{counts['people']} people and {counts['requests']} events compared, {len(found)} differences")
    if counts["moving"]:
        screen.print(f"{counts['moving']} people just moved and were left out: run it again for them")
    return bool(found)


def _text(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(_plain(value))


def _plain(value: Any) -> Any:
    """Bytes are hashes and keys here; they are written in hex."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else value


class Shadowed:
    """Shows events as they would have been, and counts."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._total: Counter[str] = Counter(events=0, otherwise=0, added=0, gone=0, changed=0, deadlines=0)

    @property
    def events(self) -> int:
        """How many were planned anew."""
        return self._total["events"]

    def show(self, one: Otherwise | None) -> None:
        self._total["events"] += 1
        if one is None:
            return
        self._total.update(otherwise=1, added=len(one.added), gone=len(one.gone), changed=len(one.changed))
        self._total["deadlines"] += sum("due_at" in leg.fields for leg in one.changed)
        if self._as_json:
            changed = [leg._asdict() for leg in one.changed]
            show_json(_plain({**one._asdict(), "changed": changed}))
        else:
            for text in _lines(one):
                typer.echo(text)

    def end(self) -> None:
        total = dict(self._total)
        if self._as_json:
            show_json({"total": total})
            return
        events, legs = f"{total['events']} events planned anew", f"{total['added']} legs more, {total['gone']} less"
        typer.echo(f"{events}, {total['otherwise']} of them otherwise: {legs}, {total['changed']} changed")
        typer.echo(f"of these {total['deadlines']} with another deadline")


def _lines(one: Otherwise) -> Iterable[str]:
    was, would = one.verdict
    yield f"{one.event_id} {one.kind} of {one.pid}" + ("" if was == would else f": {was}, would be {would}")
    yield from (f"  + {_leg(leg)}" for leg in one.added)
    yield from (f"  - {_leg(leg)}" for leg in one.gone)
    yield from (f"  ~ {_leg(changed.leg)}: {_changes(changed)}" for changed in one.changed)


def _leg(leg: Mapping[str, Any]) -> str:
    due = f"due {iso(leg['due_at'])}" if leg["due_at"] is not None else leg["outcome"]
    words = (leg["recipient"] or "us", leg["lane"], leg["task"] or leg["action"], due, leg["reason"])
    return "  ".join(word for word in words if word)


def _changes(changed: Changed) -> str:
    return "; ".join(
        f"{name} {_value(name, was)} → {_value(name, now)}" for name, (was, now) in changed.fields.items()
    )


def _value(name: str, value: Any) -> str:
    if value is None:
        return "none"
    return iso(value) if name in _MOMENTS else value if isinstance(value, str) else ", ".join(value)
