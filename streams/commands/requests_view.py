"""Requests as a person or a program reads them. They hold no identity, so neither does this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from processors.closing.deadlines import due_at, first_due
from processors.closing.ending import exceptions
from processors.reckoning.saying import due_day
from schemas.kept import stated
from schemas.times import iso
from streams.commands.due_view import due_facts, due_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.request import Decision, Request, RequestLeg
    from streams.commands.requests_kept import Filed

_DAY = 10


def facts(one: Filed, now: int) -> dict[str, Any]:
    """One request as `--json` tells it. now: µs."""
    request = one.request
    first = first_due(request)
    return {
        "event_id": request.event_id,
        "controller": request.controller,
        "pid": request.pid,
        "partition": one.partition,
        "kind": request.kind,
        "jurisdiction": request.jurisdiction,
        "status": request.status,
        "received_at": iso(request.received_at),
        **due_facts(first.rule if first else None, first.due_at if first else None, now),
        "closed_at": _moment(request.closed_at),
        "legs": len(request.legs),
        "open": len(request.pending),
        "exceptions": [{"recipient": leg.recipient, "outcome": leg.outcome, "reason": leg.reason}
                       for leg in exceptions(request)],
        "extended": _decision(request.extended),
        "cancelled": _decision(request.cancelled),
    }  # fmt: skip


def is_overdue(request: Request, now: int) -> bool:
    """Whether something of it is open that should be done by now."""
    due = due_at(request)
    return due is not None and due < now


def whole(one: Filed, now: int) -> dict[str, Any]:
    """The same with all its legs, those that are open first."""
    legs = sorted(one.request.legs, key=lambda leg: leg.final)
    return {**facts(one, now), "legs": [_leg(leg, now) for leg in legs]}


def table(found: Iterable[Filed], now: int) -> Table:
    """One row a request."""
    shown = Table("request", "controller", "kind", "status", "received", "due", "open", "of", "not done", box=None)
    for one in found:
        told = facts(one, now)
        names = (f"{it['recipient'] or 'us'} ({it['reason'] or it['outcome']})" for it in told["exceptions"])
        row = (told["event_id"], told["controller"], told["kind"], told["status"], told["received_at"][:_DAY])
        shown.add_row(*row, due_text(told), str(told["open"]), str(told["legs"]), ", ".join(names))
    return shown


def heading(told: dict[str, Any]) -> str:
    """What stands above a request's legs."""
    parts = [
        f"request {told['event_id']}: {told['kind']} at {told['controller']}, {told['status']}",
        f"of {told['pid']}, received {told['received_at']}"
        + (f" from {told['jurisdiction']}" if told["jurisdiction"] else ""),
    ]
    parts += [f"closed {told['closed_at']}"] if told["closed_at"] else []
    for word in ("extended", "cancelled"):
        if it := told[word]:
            parts.append(f"{word} {it['at']} by {it['by']}: {it['reason']}")
    return "\n".join(parts)


def legs_table(told: dict[str, Any]) -> Table:
    """One row a leg, of a request as `whole` tells it."""
    shown = Table("for", "lane", "what", "state", "due", "rule", "how sure", "why", "task", box=None)
    for leg in told["legs"]:
        due = (leg["due_on"] or "-") + (" OVERDUE" if leg["overdue"] else "")
        state = leg["state"] + ("" if leg["ended"] else " (open)")
        more = (leg["rule"] or "", leg["mark"] or "", leg["reason"] or "", leg["task_id"] or "")
        shown.add_row(leg["recipient"] or "us", leg["lane"] or "", leg["what"] or "", state, due, *more)
    return shown


def _leg(leg: RequestLeg, now: int) -> dict[str, Any]:
    late = not leg.final and leg.due_at is not None and leg.due_at < now
    return {
        "recipient": leg.recipient,
        "lane": leg.lane,
        "what": leg.what,
        "state": leg.outcome or "planned",
        "ended": leg.final,
        "reason": leg.reason,
        "since": iso(leg.at),
        "due_at": _moment(leg.due_at),
        "due_on": _day(leg),
        "rule": leg.rule,
        "mark": leg.mark,
        "overdue": late,
        "review_at": _moment(leg.review_at),
        "backup_until": _moment(leg.backup_until),
        "cycle": leg.cycle,
        "conflict": leg.conflict,
        "evidence": stated(leg.proof) if leg.proof else None,
        "delivery_id": leg.leg_id if leg.kind == "delivery" else None,
        "task_id": leg.leg_id if leg.kind == "task" and not leg.final else None,
    }


def _decision(decision: Decision | None) -> dict[str, str] | None:
    return {"at": iso(decision.at), "by": decision.by, "reason": decision.reason} if decision else None


def _day(leg: RequestLeg) -> str | None:
    """The date there where the deadline ends."""
    return None if leg.due_at is None else due_day(leg.rule, leg.due_at)


def _moment(at: int | None) -> str | None:
    return None if at is None else iso(at)
