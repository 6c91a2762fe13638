"""The records one by one, each in a line that needs no documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.reporting.model import Entry
from processors.reporting.rungs import proof_of
from processors.reporting.words import discreet, speaker
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.reporting.fact import Fact
    from schemas.records import AuditRecord, EventFacts, Evidence

_KINDS = {
    "planned": "taken in and planned",
    "stale": "taken in; nothing is due, because of something newer",
    "duplicate": "came in again: a repeat, which changes nothing",
    "rejected": "was rejected, and is kept sealed among the dead letters",
    "forwarded": "was forwarded to the person's own partition",
    "clock_corrected": "had a time that can't be; it was taken as received",
    "cycle": "begins anew",
    "overtaken": "newer instructions took a part out of it",
    "released": "was released by an operator",
    "command": "an operator had it published again",
    "signal": "was served to the site's own tags",
    "request.closed": "request closed",
    "request.reopened": "request open again",
    "request.overdue": "request not done in time",
    "request.extended": "request given more time",
    "request.cancelled": "request cancelled",
    "request.task": "task done",
    "task.notified": "people were told of the task",
}
_OUTCOMES = {
    "attempted": "is about to be called",
    "accepted": "accepted it: it will be done",
    "executed": "says it is done",
    "verified": "was asked again: it is done",
    "no_match": "knows nobody of that name",
    "parked": "could not be reached or failed: tried again later",
    "held": "delivery held back for an operator",
    "waiting": "delivery waits: it can still be cancelled",
    "dry_run": "was not called: the connection is only rehearsed",
    "manual_task": "can't be told by a call: a task for a person",
    "done": "done by a person",
    "failed": "failed",
    "superseded": "not told: a newer instruction took its place",
    "cancelled": "delivery cancelled",
    "retained": "keeps the data",
    "client_signal": "is told by the site's own signal",
    "not_applicable": "has nothing to do",
}


def entries(facts: Iterable[Fact]) -> tuple[Entry, ...]:
    """facts: in the order of their times."""
    return tuple(_entry(fact) for fact in facts)


def _entry(fact: Fact) -> Entry:
    record = fact.record
    detail = "; ".join(filter(None, _details(record)))
    return Entry(iso(record.at), _who(record), _what(record), detail, record.event_id, proof_of(fact))


def _said(record: AuditRecord) -> EventFacts | None:
    """What the person said, if the record is about just that; a cycle only recalls it."""
    return record.event if record.kind != "cycle" else None


def _who(record: AuditRecord) -> str:
    if (event := _said(record)) is not None:
        return speaker(event.expressed_by.relation)
    if record.lane:
        return record.lane
    return record.command.by if record.command else "consent-relay"


def _what(record: AuditRecord) -> str:
    said = _KINDS.get(record.kind, record.kind)
    if (event := _said(record)) is not None:
        return f"{event.kind} {said}"
    if record.kind == "outcome":
        return _OUTCOMES.get(record.outcome or "", record.outcome or "")
    if record.kind == "request.closed":
        return f"{said}: {(record.outcome or '').replace('_', ' ')}"
    return said


def _details(record: AuditRecord) -> Iterator[str | None]:
    if (event := _said(record)) is not None:
        yield f"by {event.method.replace('_', ' ')}, at {iso(event.occurred_at)}"
        yield f"{len(record.legs)} legs" if record.legs is not None else None
    if record.action:
        yield record.action
    yield discreet(record.reason)
    yield f"field {record.field}" if record.field else None
    if record.kind.startswith("request.") and record.legs:
        yield ", ".join(leg.recipient or "the company itself" for leg in record.legs)
    yield f"try {record.attempt}" if record.attempt and record.attempt > 1 else None
    yield f"cycle {record.cycle}" if record.cycle else None
    yield from _shown(record.evidence) if record.evidence else ()
    yield f"ordered by {record.command.by}" if record.command else None


def _shown(evidence: Evidence) -> Iterator[str | None]:
    yield f"HTTP {evidence.status}" if evidence.status is not None else None
    yield f"job {evidence.job_id}" if evidence.job_id else None
    yield discreet(evidence.detail)
    yield f"answer's hash {evidence.response_sha256}" if evidence.response_sha256 else None
    yield discreet(evidence.link)
