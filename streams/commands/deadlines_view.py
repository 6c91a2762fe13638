"""What is due after one event, and how it was counted: for a person, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from processors.reckoning.calendars import days_off
from schemas.law.rows import LEGS
from schemas.times import iso
from streams.commands.deadlines_table import mark, words
from streams.commands.screen import console

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.reckoning.dues import Due
    from processors.reckoning.scope import Scope
    from schemas.law.rows import DutyLeg

_LEGEND = (
    "verified: the provision's own words were read; secondary: as others quote it; unverified: general knowledge;\n"
    "internal: the law names no number, the target is our own\n"
    "own: our own systems; processor: who acts for us; third_party: who has data for itself; reply: the answer;\n"
    "ack: the acknowledgement; notify: what somebody else, or the person, is told of it"
)


class Question(NamedTuple):
    """What was asked. Moments in µs."""

    kind: str
    received_at: int
    sent_at: int
    policy: str | None
    scope: Scope


def explained(asked: Question, dues: Mapping[DutyLeg, Due]) -> dict[str, Any]:
    """All of it as one JSON object."""
    where = asked.scope
    return {
        "kind": asked.kind,
        "received_at": iso(asked.received_at),
        "sent_at": iso(asked.sent_at),
        "policy": asked.policy,
        "jurisdiction": where.jurisdiction,
        "regimes": where.regimes,
        "assumed": where.assumed,
        "legs": {leg: _due_json(dues[leg]) for leg in LEGS if leg in dues},
    }


def _due_json(one: Due) -> dict[str, Any]:
    row = one.row
    return {
        "due_at": iso(one.due_at),
        "due_on": str(one.due_on),
        "zone": one.place.zone,
        "rule": one.rule,
        "mark": one.mark,
        "counted_from": str(one.first),
        "calendar": one.calendar,
        "days_off": [{"day": str(day), "name": name} for day, name in _days_off(one)],
        "assumed": one.assumed,
        "extended_to": str(one.later.due_on) if one.later else None,
        "row": row.model_dump(mode="json", exclude_none=True),
        "others": [{"rule": other.rule, "due_on": str(other.due_on), "mark": other.mark} for other in _others(one)],
    }


def show_explained(asked: Question, dues: Mapping[DutyLeg, Due]) -> None:
    screen, where = console(), asked.scope
    by = f", by policy {asked.policy}" if asked.policy else ", by all laws that we know: --policy names those of one"
    screen.print(
        f"{asked.kind}, received {iso(asked.received_at)}, {where.jurisdiction or 'jurisdiction unknown'}{by}"
    )
    screen.print(f"may apply: {', '.join(where.regimes) or 'no law that we know'}")
    if where.assumed:
        screen.print(f"{where.assumed}: the strictest of these holds")
    for leg in LEGS:
        if leg in dues:
            screen.print("", *_lines(leg, dues[leg]), sep="\n")
    screen.print(f"\n{_LEGEND}")


def _lines(leg: DutyLeg, one: Due) -> Iterator[str]:
    row = one.row
    day_ends = row.unit != "hour"
    end = f" (the day's end in {one.place.zone})" if day_ends else ""
    yield f"{leg}: due {one.due_on}, until {iso(one.due_at)}{end}"
    yield f"  {one.rule}  {mark(row)}  {row.citation}  {row.address}"
    start = "sent" if row.start == "sent" else "received"
    first = f"{one.first}, the day it was {start} there" if day_ends else f"the moment it was {start}"
    yield f"  {words(row)} after {first}"
    if one.calendar:
        off = ", ".join(f"{day} {name}" for day, name in _days_off(one)) or "none but weekends"
        yield f"  days off in that time: {off} ({one.calendar})"
    if one.assumed:
        yield f"  {one.assumed}: the earliest holds"
    if one.later and row.extension:
        told = ", the person is told before" if row.notice_needed else ""
        reason = " for a reason" if row.extension.needs_reason else ""
        yield f"  can be put off once{reason}, to {one.later.due_on}{told} ({words(row.extension)} more)"
    if row.note:
        yield f"  note: {row.note}"
    for other in _others(one):
        yield f"  beside it: {other.rule}, {other.due_on}, {other.mark}"


def _days_off(one: Due) -> list[tuple[Any, str]]:
    return days_off(one.place, one.first, one.due_on) if one.calendar else []


def _others(one: Due) -> list[Due]:
    """By other rows, each where it is due first."""
    found: dict[str, Due] = {}
    for other in one.others:
        if other.rule != one.rule:
            found.setdefault(other.rule, other)
    return list(found.values())
