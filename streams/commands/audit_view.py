"""Audit records as a person reads them. They hold no identity, so neither does this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.table import Table

from processors.planning.kinds import ERASING
from processors.reckoning.saying import due_day
from processors.replaying.rows import tellable
from schemas.events import CHANNELS
from schemas.kept import as_dict
from schemas.printable import shown
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.records import AuditRecord, EventFacts, Evidence, Leg
    from schemas.state import SubjectState

_SHORT_HASH = 12
GRANTED_SINCE = "granted since: told again, as the vendor forgets that too"
"""Why a deletion has legs that grant."""


class Row(NamedTuple):
    time: str
    what: str
    lane: str
    action: str
    outcome: str
    why: str


def timeline(records: Iterable[AuditRecord]) -> Table:
    """One row a record; the legs of an event are indented below it."""
    table = Table("time", "what", "lane", "action", "outcome", "evidence, or why", box=None)
    for record in records:
        for row in rows(record):
            table.add_row(*map(shown, row))
    return table


def rows(record: AuditRecord) -> Iterator[Row]:
    what = record.kind
    if record.kind == "cycle":
        what = f"cycle {record.cycle}"
    elif record.event:
        what = f"{record.kind} {record.event.kind}"
    elif record.command:
        what = f"{record.kind} {record.command.name}"
    yield Row(
        iso(record.at), what, record.lane or "", record.action or "", record.outcome or "", "; ".join(_why(record))
    )
    erases = record.event is not None and record.event.kind in ERASING
    yield from (_leg(leg, erases=erases) for leg in record.legs or ())


def standing(state: SubjectState) -> Table:
    """What stood for the person: choices, and whatever counts beside them."""
    table = Table("stood then", "purpose", "channel", "since", "event", box=None)
    for choice in state.choices:
        table.add_row(choice.status, choice.purpose, choice.channel, iso(choice.occurred_at), choice.event_id)
    for mark in state.marks:
        what = mark.kind if mark.on else f"{mark.kind} lifted"
        table.add_row(what, mark.purpose, "", iso(mark.occurred_at), mark.event_id)
    for hold in state.holds:
        about = "all" if hold.purposes is None else ", ".join(hold.purposes)
        table.add_row(
            "hold" if hold.lifted_at is None else "hold lifted", about, "", iso(hold.placed_at), hold.event_id
        )
    if state.erased_at is not None:
        table.add_row("erased", "all", "", iso(state.erased_at), "")
    return table


def told_of(state: SubjectState) -> dict[str, Any]:
    """The same for machines, without what the audit can't tell."""
    return as_dict(tellable(state))


def line(record: AuditRecord) -> str:
    """A record on one line, with the person's pid."""
    row = next(rows(record))
    words = (row.time, record.pid or "-", row.what, row.lane, row.action, row.outcome, row.why)
    return "  ".join(shown(word) for word in words if word)


def _leg(leg: Leg, *, erases: bool) -> Row:
    outcome = leg.outcome or ("open task" if leg.kind == "task" else "due")
    due = f"due {due_day(leg.rule, leg.due_at)} ({_rule(leg)})" if leg.due_at is not None else ""
    without = ", ".join(f"{cell.purpose} on {cell.channel}" for cell in leg.overtaken)
    basis = f"basis {leg.basis}" if leg.basis else ""
    again = GRANTED_SINCE if erases and leg.action == "grant" else ""
    why = (due, again, leg.reason or "", basis, _scope(leg.purposes, leg.channels), without and f"without {without}")
    recipient = leg.recipient or leg.lane or "us"
    return Row(
        "", f"  → {recipient}", leg.lane or "", leg.task or leg.action or "", outcome, "; ".join(filter(None, why))
    )


def _rule(leg: Leg) -> str:
    """With how sure it is."""
    return ", ".join(word for word in (leg.rule, leg.mark) if word)


def _why(record: AuditRecord) -> Iterator[str]:
    if record.reason:
        yield record.reason
    if record.field:
        yield f"field {record.field}"
    if record.event and record.kind != "cycle":
        yield from _facts(record.event)
    if record.evidence:
        yield from _evidence(record.evidence)
    if record.attempt and record.attempt > 1:
        yield f"try {record.attempt}"
    if record.cycle and record.kind != "cycle":
        yield f"cycle {record.cycle}"
    if record.command:
        yield f"by {record.command.by}"
    if record.kind in {"rejected", "forwarded", "command"}:
        yield str(record.origin)


def _facts(event: EventFacts) -> Iterator[str]:
    yield _scope(event.purposes, event.channels)
    yield f"{event.method} by {event.expressed_by.relation}"
    yield f"occurred {iso(event.occurred_at)}"
    if event.evidence and event.evidence.uri:
        yield event.evidence.uri


def _evidence(evidence: Evidence) -> Iterator[str]:
    if evidence.status is not None:
        yield f"HTTP {evidence.status}"
    if evidence.job_id:
        yield f"job {evidence.job_id}"
    if evidence.detail:
        yield evidence.detail
    if evidence.vendor_limit_s:
        yield f"gone within {evidence.vendor_limit_s // 86_400} days"
    if evidence.response_sha256:
        yield f"response {evidence.response_sha256[:_SHORT_HASH]}"
    if evidence.link:
        yield evidence.link


def _scope(purposes: tuple[str, ...] | None, channels: tuple[str, ...]) -> str:
    """`purposes` None and `channels` empty both mean all."""
    what = "all purposes" if purposes is None else ", ".join(purposes)
    by = "" if not channels or channels == CHANNELS else f"by {', '.join(channels)}"
    return " ".join(filter(None, (what, by)))
