"""How a request goes on by what the audit says of it: lanes' words, operators' decisions, deadlines that passed.

That it is closed or open again follows from its legs, whatever was told of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.closing.ending import settled
from processors.closing.facts import TASK_DONE
from processors.closing.orders import put_off
from processors.closing.progress import heard
from processors.closing.words import CANCELLED, DONE
from schemas.request import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.records import AuditRecord
    from schemas.request import Request


def went_on(request: Request, record: AuditRecord) -> Request:
    """After one more record about it; the same object if that changes nothing."""
    tell = _TELLS.get(record.kind)
    after = request if tell is None else tell(request, record)
    return request if after is request else settled(after)


def _extended(request: Request, record: AuditRecord) -> Request:
    later = {leg.delivery_id or "": leg.due_at for leg in record.legs or ()}
    return put_off(request, later).changed(extended=_decision(record))


def _cancelled(request: Request, record: AuditRecord) -> Request:
    return _ended(request, record, CANCELLED).changed(cancelled=_decision(record))


def _done(request: Request, record: AuditRecord) -> Request:
    return _ended(request, record, DONE)


def _ended(request: Request, record: AuditRecord, word: str) -> Request:
    changes = {"outcome": word, "final": True, "reason": record.reason, "at": record.at}
    if word == DONE:
        changes["proof"] = record.evidence
    return _with(request, record, **changes)


def _overdue(request: Request, record: AuditRecord) -> Request:
    if not record.legs:
        return request.changed(overdue_at=record.at)
    return _with(request, record, overdue_at=record.at)


def _with(request: Request, record: AuditRecord, **changes: Any) -> Request:
    told = {leg.delivery_id for leg in record.legs or ()}
    return request.changed(legs=tuple(leg.changed(**changes) if leg.leg_id in told else leg for leg in request.legs))


def _decision(record: AuditRecord) -> Decision | None:
    command = record.command
    if command is None:
        return None
    return Decision(command_id=command.command_id, by=command.by, reason=record.reason or "", at=record.at)


_TELLS: Mapping[str, Callable[[Request, AuditRecord], Request]] = {
    "outcome": heard,
    "cycle": heard,
    "request.extended": _extended,
    "request.cancelled": _cancelled,
    TASK_DONE: _done,
    "request.overdue": _overdue,
}
