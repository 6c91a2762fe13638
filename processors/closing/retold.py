"""A request as the audit alone tells it: with what lanes say of it, and with what the closer has said itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.ending import settled
from processors.closing.facts import TASK_DONE
from processors.closing.orders import put_off
from processors.closing.progress import heard
from processors.closing.words import CANCELLED, DONE
from schemas.request import Decision

if TYPE_CHECKING:
    from schemas.records import AuditRecord
    from schemas.request import Request, RequestLeg

EXTENDED, CANCELLED_BY, OVERDUE = "request.extended", "request.cancelled", "request.overdue"


def retold(request: Request, record: AuditRecord) -> Request:
    """After any record of the audit about it; the same object if that changes nothing.

    That it is closed or open again follows from its legs, whatever was told of it.
    """
    if record.kind in {"outcome", "cycle"}:
        return settled(heard(request, record))
    if record.kind not in {EXTENDED, CANCELLED_BY, OVERDUE, TASK_DONE}:
        return request
    named = {leg.delivery_id or "": leg.due_at for leg in record.legs or ()}
    if record.kind == EXTENDED:
        return put_off(request, named).changed(**_decided(request, record))
    legs = tuple(_after(leg, record) if leg.leg_id in named else leg for leg in request.legs)
    return settled(request.changed(legs=legs, **_decided(request, record)))


def _after(leg: RequestLeg, record: AuditRecord) -> RequestLeg:
    if record.kind == OVERDUE:
        return leg.changed(overdue_at=record.at)
    ended = {"outcome": CANCELLED if record.kind == CANCELLED_BY else DONE, "final": True}
    return leg.changed(**ended, reason=record.reason, at=record.at, proof=record.evidence)


def _decided(request: Request, record: AuditRecord) -> dict[str, object]:
    """What stands at the request itself."""
    if record.kind == OVERDUE:
        return {"overdue_at": request.overdue_at or record.at}
    if record.command is None or record.kind == TASK_DONE:
        return {}
    who = record.command
    decision = Decision(command_id=who.command_id, by=who.by, reason=record.reason or "", at=record.at)
    return {"extended" if record.kind == EXTENDED else "cancelled": decision}
