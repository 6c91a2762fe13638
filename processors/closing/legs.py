"""A leg as it was planned, and as a request keeps it: what both know stands in both under the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.kept import fields_of
from schemas.records import Leg
from schemas.request import RequestLeg

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHARED = tuple(name for name in fields_of(RequestLeg) if name in fields_of(Leg))
_UNDER_WAY = ("delivery", "task")


def kept(leg: Leg, leg_id: str, at: int) -> RequestLeg:
    """As a request keeps it. at: since when it is due, µs."""
    return RequestLeg(
        leg_id=leg_id,
        kind=leg.kind,
        recipient=leg.recipient,
        lane=leg.lane,
        vendor=leg.vendor,
        action=leg.action,
        task=leg.task,
        due_at=leg.due_at,
        rule=leg.rule,
        mark=leg.mark,
        review_at=leg.review_at,
        backup_until=leg.backup_until,
        outcome=leg.outcome,
        final=leg.kind not in _UNDER_WAY,
        reason=leg.reason or leg.basis,
        at=at,
    )


def told(legs: Iterable[RequestLeg]) -> tuple[Leg, ...]:
    """As the audit is told of them."""
    return tuple(Leg(**{name: getattr(leg, name) for name in _SHARED}, delivery_id=leg.leg_id) for leg in legs)
