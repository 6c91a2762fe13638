"""How a request goes on by what the audit says: a new one, and each word about one of its deliveries.

Records about different deliveries may come in any order, and records that came before change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.deadlines import is_forgotten
from processors.closing.legs import kept
from processors.closing.lifting import lifted
from processors.closing.words import RUNGS, contradict, is_final, is_under_review, is_upgrade
from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE
from schemas.ids import task_id
from schemas.request import Request

if TYPE_CHECKING:
    from schemas.records import AuditRecord
    from schemas.request import RequestLeg


def opened(planned: AuditRecord) -> Request:
    """The request that a planned event is.

    Raises:
        ValueError: the record lacks what every planned one has.

    """
    event, pid, event_id, controller = planned.event, planned.pid, planned.event_id, planned.controller
    if event is None or pid is None or event_id is None or controller is None:
        raise ValueError("a planned event without its person or its facts")
    legs = [
        kept(leg, leg.delivery_id or task_id(pid, event_id, number), planned.at)
        for number, leg in enumerate(planned.legs or ())
    ]
    return Request(
        pid=pid,
        controller=controller,
        event_id=event_id,
        kind=event.kind,
        jurisdiction=event.jurisdiction,
        channels=event.channels,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        opened_at=planned.at,
        origin=planned.origin,
        policy=planned.policy,
        legs=tuple(legs),
    )


def opened_again(request: Request | None, record: AuditRecord) -> Request | None:
    """With the leg of this record alone, where a backfill brings one of a request that is forgotten; None: elsewhere.

    request: as it is known; None: it isn't.
    """
    if record.kind != "cycle" or record.event is None or (request and not is_forgotten(request, record.at)):
        return None
    return lifted(opened(record.changed(legs=None)), record)


def heard(request: Request, record: AuditRecord) -> Request:
    """After an `outcome` or a `cycle` of one of its deliveries; the same object if that changes nothing."""
    if record.kind == "cycle" and record.legs:
        return lifted(request, record)
    delivery_id = record.delivery_id
    for number, leg in enumerate(request.legs):
        if leg.leg_id == delivery_id:
            after = _begun_anew(leg, record) if record.kind == "cycle" else _told(leg, record)
            return request if after is leg else with_leg(request, number, after)
    return request


def caught_up(request: Request) -> Request:
    """With the legs ended that a vendor's success ends by now; the same object if there are none.

    An older release waited for a higher rung, perhaps in vain.
    """
    if not any(map(_is_left_open, request.legs)):
        return request
    return request.changed(legs=tuple(leg.changed(final=True) if _is_left_open(leg) else leg for leg in request.legs))


def _is_left_open(leg: RequestLeg) -> bool:
    return not leg.final and leg.outcome in RUNGS and is_final(leg, leg.outcome)


def with_leg(request: Request, number: int, leg: RequestLeg) -> Request:
    legs = list(request.legs)
    legs[number] = leg
    return request.changed(legs=tuple(legs))


def _begun_anew(leg: RequestLeg, record: AuditRecord) -> RequestLeg:
    cycle = record.cycle or 0
    if cycle <= leg.cycle:
        return leg
    anew = {"cycle": cycle, "outcome": None, "final": False, "reason": record.reason, "at": record.at}
    if leg.kind == "none":  # the vendor that told us of it has to be told all the same
        anew |= {"kind": "delivery"}
    if is_under_review(leg) or leg.kind == "none":  # its deadline passed long ago or it had none: a new time begins
        anew |= {"due_at": record.at + INTERNAL_LIMIT, "rule": INTERNAL_RULE, "mark": None}
        anew |= {"overdue_at": None, "review_at": None}
    return leg.changed(**anew, conflict=None)


def _told(leg: RequestLeg, record: AuditRecord) -> RequestLeg:
    """The first final word of the newest cycle stands, unless a higher rung follows."""
    cycle, word = record.cycle or 0, record.outcome
    if cycle < leg.cycle:
        return leg
    final = is_final(leg, word)
    if cycle == leg.cycle and leg.final:
        if not final:
            return leg
        if is_upgrade(leg.outcome, word):  # it has ended when it did
            return leg.changed(outcome=word, reason=record.reason)
        return leg.changed(conflict=leg.conflict or word) if contradict(leg.outcome, word) else leg
    return leg.changed(
        cycle=cycle, outcome=word, final=final, reason=record.reason, at=record.at, review_at=record.review_at,
        conflict=leg.conflict if cycle == leg.cycle else None,
    )  # fmt: skip
