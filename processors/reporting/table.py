"""The legs of a report as CSV (RFC 4180, UTF-8): a row a leg, for a spreadsheet.

A spreadsheet takes what begins with one of a few characters for a formula, and texts here come from others: such a
cell begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.reporting.model import LegReport, MatterReport, Report, Step

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four: the full-width forms of the first ones, which some programs take for them."""


def table(report: Report) -> str:
    """An event without a leg has a row, too."""
    rows = [_row(report, matter, leg) for matter in report.matters for leg in matter.legs or (None,)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows({name: guarded(_text(value)) for name, value in row.items()} for row in rows)
    return out.getvalue()


def guarded(cell: str) -> str:
    """The same, so that no spreadsheet runs it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _text(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _row(report: Report, matter: MatterReport, leg: LegReport | None) -> dict[str, Any]:
    return {
        "controller": report.controller,
        "subject": report.subject,
        "event_id": matter.event_id,
        "kind": matter.kind,
        "status": matter.status,
        "answer": matter.verdict.text,
        "occurred_at": matter.occurred_at,
        "received_at": matter.received_at,
        "closed_at": matter.closed_at,
        "policy": f"{matter.policy['id']} {matter.policy['version']}" if matter.policy else None,
        "judged_in": matter.proof.place,
        "judged_record_id": matter.proof.record_id,
        "judged_leaf": matter.proof.leaf,
        **(dict(_of(leg)) if leg else {}),
    }


def _of(leg: LegReport) -> Iterator[tuple[str, Any]]:
    for name in ("recipient", "name", "role", "lane", "vendor", "action", "task", "purposes", "channels"):
        yield name, getattr(leg, name)
    due = leg.deadline
    for name in ("due_at", "due_on", "rule", "mark", "citation", "met", "met_at", "met_on", "extended"):
        yield name, getattr(due, name) if due else None
    yield "told_at", leg.told_at
    for rung, step in (("acknowledged", leg.acknowledged), ("executed", leg.executed), ("verified", leg.verified)):
        yield f"{rung}_at", step.at if step else None
    for name in ("result", "says", "reason", "since", "review_at", "backup_until", "attempts", "cycle", "conflict"):
        yield name, getattr(leg, name)
    yield "evidence", _evidence(leg)
    yield "proofs", tuple(proof.place for proof in leg.proofs)
    yield "record_ids", tuple(proof.record_id for proof in leg.proofs)
    yield "leaves", tuple(proof.leaf or "unknown" for proof in leg.proofs)


def _evidence(leg: LegReport) -> str | None:
    """What the highest rung rests on."""
    step: Step | None = leg.verified or leg.executed or leg.acknowledged
    if step is None or step.evidence is None:
        return None
    return "; ".join(f"{name}={value}" for name, value in step.evidence.items())
