"""What differs between two policies as text for a person, or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.table import Table

from streams.commands.common import show_json
from streams.commands.screen import console, indented

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.reviewing.changes import Change
    from processors.reviewing.people import Touched
    from schemas.policy import Policy


class Count(NamedTuple):
    """How many people were looked at, of these controllers, and whom each place touches."""

    controllers: tuple[str, ...]
    people: int
    touched: Mapping[str, Touched]


@dataclass(frozen=True, slots=True)
class Differences:
    """moved: rows that say the same on other lines. consequences: place → what it means for standing choices.

    count: None: nobody was counted.
    """

    old: Policy
    new: Policy
    changes: tuple[Change, ...]
    moved: int
    consequences: tuple[tuple[str, str], ...]
    count: Count | None = None


def show(found: Differences, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "old": found.old.ref.model_dump(),
                "new": found.new.ref.model_dump(),
                "changes": [_facts(change) for change in found.changes],
                "moved": found.moved,
                "people": found.count and {"controllers": found.count.controllers, "counted": found.count.people},
                "standing": [
                    {"place": place, "means": text, **_touched(found.count, place)}
                    for place, text in found.consequences
                ],
            }
        )
        return
    screen = console()
    names = (f"{policy.id} {policy.version} (from {policy.effective})" for policy in (found.old, found.new))
    screen.print(" -> ".join(names))
    table = Table("row", "is", "was -> is now", box=None)
    for change in found.changes:
        fields = "; ".join(f"{name}: {_text(was)} -> {_text(now)}" for name, (was, now) in change.fields.items())
        table.add_row(change.place, change.kind, fields)
    screen.print(table if found.changes else "no row says anything else")
    if found.moved:
        screen.print(f"{found.moved} rows say the same, on other lines or with another mark or note")
    title = "for people whose choices stand:" if found.consequences else "nothing changes for choices that stand"
    screen.print("", title, sep="\n")
    for place, text in found.consequences:
        screen.print(indented(f"{place}: {text}"))
        if touches := _touched(found.count, place):
            screen.print(
                indented(indented(f"people: {touches['granted']} granted, {touches['withdrawn']} withdrawn"))
            )
    if found.count is not None:
        whose = ", ".join(found.count.controllers) or "no controller with this policy"
        screen.print(f"{found.count.people} people counted, of {whose}")


def _touched(count: Count | None, place: str) -> dict[str, int]:
    """None where nobody was counted, or the place is about no choice."""
    found = count.touched.get(place) if count else None
    return found._asdict() if found else {}


def _facts(change: Change) -> dict[str, Any]:
    fields = {name: {"was": _plain(was), "is": _plain(now)} for name, (was, now) in change.fields.items()}
    return {"place": change.place, "kind": change.kind, "fields": fields}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | None) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
