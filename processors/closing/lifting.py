"""What planning had left undone is due after all, in the same place of its request.

A hold is lifted, so what had ended as `retained` is; or a new lane is brought what nobody was connected for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.legs import kept
from processors.closing.words import is_held
from schemas.ids import begun_leg_id, task_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.records import AuditRecord, Leg
    from schemas.request import Request, RequestLeg


def lifted(request: Request, record: AuditRecord) -> Request:
    """After the `cycle` of a leg that is carried out only now; the same object if that was heard before."""
    for leg in record.legs or ():
        leg_id = begun_id(record, leg)
        cycle, reason = record.cycle or 0, leg.reason or record.reason
        begun = kept(leg, leg_id, record.at).changed(cycle=cycle, reason=reason)
        if not any(old.leg_id == leg_id and old.cycle >= cycle for old in request.legs):
            request = request.changed(legs=tuple(_with(request, begun)))
    return request


def begun_id(record: AuditRecord, leg: Leg) -> str:
    """leg_id of a leg that such a record begins."""
    return begun_leg_id(record.pid or "", record.event_id or "", record.delivery_id, leg.recipient)


def _with(request: Request, begun: RequestLeg) -> Iterator[RequestLeg]:
    """It takes the place of what was kept at its recipients; what another hold keeps of that stays behind it."""
    over = [old.leg_id for old in request.legs if old.leg_id == begun.leg_id or _was_left_there(old, begun)]
    for old in request.legs:
        if old.leg_id not in over:
            yield old
            continue
        if old.leg_id == over[0]:
            yield begun
        if rest := "+".join(one for one in _recipients(old) if one not in _recipients(begun)):
            yield old.changed(recipient=rest, leg_id=task_id(request.pid, request.event_id, rest))
    if not over:
        yield begun


def _was_left_there(old: RequestLeg, begun: RequestLeg) -> bool:
    """Kept back by a hold, or still to be done without a lane; a person's work isn't ended by a lane that can't."""
    if old.action != begun.action or set(_recipients(old)).isdisjoint(_recipients(begun)):
        return False
    to_do = old.kind == "task" and old.lane is None and not old.final
    return is_held(old) or (to_do and (not begun.final or old.outcome == "unbound_recipient"))


def _recipients(leg: RequestLeg) -> list[str]:
    return leg.recipient.split("+") if leg.recipient else []
