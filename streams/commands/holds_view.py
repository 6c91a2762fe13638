"""Deliveries on hold: as a person or a program reads them, and the token that confirms what was shown."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table

from schemas.errors import InvalidRecord
from schemas.times import iso
from streams.commands.due_view import due_facts, due_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.commands.lane_state import Kept

_DIGEST = 8


def in_order(kept: Iterable[Kept]) -> list[Kept]:
    """By the moment since when they are on hold: what comes later never stands among those shown before."""
    return sorted(kept, key=lambda one: (one.entry.since, one.partition, one.entry.delivery.delivery_id))


def token_of(verb: str, kept: Sequence[Kept]) -> str:
    """Names what would be done to exactly these, `kept` being in order: `release-412-3f9a01bc`."""
    ids = "".join(f"{one.entry.delivery.delivery_id}.{one.entry.delivery.cycle} " for one in kept)
    return f"{verb}-{len(kept)}-{hashlib.sha256(ids.encode()).hexdigest()[:_DIGEST]}"


def confirmed(token: str, verb: str, kept: Sequence[Kept]) -> Sequence[Kept]:
    """Those that were shown with a token; `kept`: all there are now, in order.

    Raises:
        InvalidRecord: the token is for something else, or some of what was shown is not there any more.

    """
    count = token.split("-")[1] if token.count("-") == 2 else ""  # noqa: PLR2004 - verb, count, digest
    shown = kept[: int(count)] if count.isdecimal() else ()
    if not shown or token != token_of(verb, shown):
        raise InvalidRecord(
            f"{token!r} doesn't confirm what is there now: look once more with the same command without --confirm"
        )
    return shown


def facts(one: Kept, now: int) -> dict[str, Any]:
    """One delivery for a program; no identity. now: µs."""
    entry, delivery = one.entry, one.entry.delivery
    return {
        "lane": one.lane,
        "partition": one.partition,
        "delivery_id": delivery.delivery_id,
        "event_id": delivery.event_id,
        "pid": delivery.pid,
        "action": delivery.action,
        "status": entry.status,
        "reason": entry.reason,
        "since": iso(entry.since),
        "next_at": None if entry.next_at is None else iso(entry.next_at),
        **due_facts(delivery.rule, delivery.due_at, now),
    }


def table(kept: Iterable[Kept], now: int) -> Table:
    """The same for a person."""
    columns = ("action", "status", "since", "next_at", "due", "event_id", "delivery_id")
    shown = Table(*columns, box=None)
    for told in (facts(one, now) for one in kept):
        cells = {**told, "due": due_text(told)}
        shown.add_row(*(cells[key] or "-" for key in columns))
    return shown


def summary(kept: Sequence[Kept], now: int) -> dict[str, Any]:
    """What an operator must know before these are released or dropped."""
    return {
        "deliveries": len(kept),
        "actions": dict(sorted(Counter(one.entry.delivery.action for one in kept).items())),
        "people": len({one.entry.delivery.pid for one in kept}),
        "since": iso(kept[0].entry.since) if kept else None,
        "next_due": iso(min(one.entry.delivery.due_at for one in kept)) if kept else None,
        "overdue": sum(one.entry.delivery.due_at < now for one in kept),
    }
