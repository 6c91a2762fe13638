"""What the audit is told of a request. Each as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.closing.ending import exceptions
from processors.closing.legs import told
from schemas.ids import request_record_id
from schemas.records import AuditRecord
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.records import Command, Evidence
    from schemas.request import Request, RequestLeg

TASK_DONE = "request.task"


def closed(request: Request) -> AuditRecord:
    """`completed`, or `completed_with_exceptions` with the legs that are one."""
    legs = told(exceptions(request))
    number = _number(request)
    return _fact(request, "request.closed", number, request.closed_at or 0, outcome=request.status, legs=legs or None)


def reopened(request: Request, leg: RequestLeg) -> AuditRecord:
    """One of its legs has begun anew."""
    number = _number(request)
    return _fact(request, "request.reopened", number, leg.at, reason=leg.reason, legs=told([leg]))


def overdue(request: Request, leg: RequestLeg | None, at: int) -> AuditRecord:
    """A leg wasn't done in time; None: the first one of it, so neither was the request."""
    about = leg.leg_id if leg else str(request.opened_at)
    about += "/extended" if request.extended else ""  # it may have been told of the first deadline, too
    return _fact(request, "request.overdue", about, at, legs=told([leg]) if leg else None)


def decided(request: Request, kind: str, command: Command, at: int, legs: Iterable[RequestLeg]) -> AuditRecord:
    """What an operator wanted of it was done. `legs`: as they are now."""
    return _fact(request, kind, command.command_id, at, legs=told(legs), reason=command.reason, command=command.ref)


def done(request: Request, leg: RequestLeg, proof: Evidence, command: Command) -> AuditRecord:
    """A task of it was done by somebody."""
    more = {"reason": command.reason, "command": command.ref, "evidence": proof, "outcome": leg.outcome}
    return _fact(request, TASK_DONE, leg.leg_id, leg.at, cycle=leg.cycle, legs=told([leg]), **more)


def _number(request: Request) -> str:
    """Of its closings. One that was forgotten and is opened again counts from the beginning."""
    return f"{request.opened_at}/{request.closings}"


def _fact(request: Request, kind: str, what: str, at: int, **more: Any) -> AuditRecord:
    return AuditRecord(
        record_id=request_record_id(kind, request.pid, request.event_id, what),
        kind=kind,
        at=at,
        pid=request.pid,
        controller=request.controller,
        event_id=request.event_id,
        policy=request.policy,
        origin=request.origin,
        software=SOFTWARE,
        **more,
    )
