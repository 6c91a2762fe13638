"""A leg as it was planned, and as a request keeps it: what both know stands in both under the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.contract import trusted
from schemas.kept import fields_of
from schemas.records import Leg
from schemas.request import RequestLeg

if TYPE_CHECKING:
    from collections.abc import Iterable

_planned = trusted(Leg)
_SHARED = tuple(name for name in fields_of(RequestLeg) if name in Leg.model_fields)
_UNDER_WAY = ("delivery", "task")


def kept(leg: Leg, leg_id: str, at: int) -> RequestLeg:
    """As a request keeps it. at: since when it is due, µs."""
    of = leg.__dict__
    return RequestLeg(
        leg_id=leg_id,
        kind=of["kind"],
        recipient=of["recipient"],
        lane=of["lane"],
        vendor=of["vendor"],
        action=of["action"],
        task=of["task"],
        due_at=of["due_at"],
        rule=of["rule"],
        mark=of["mark"],
        review_at=of["review_at"],
        backup_until=of["backup_until"],
        outcome=of["outcome"],
        final=of["kind"] not in _UNDER_WAY,
        reason=of["reason"] or of["basis"],
        at=at,
    )


def told(legs: Iterable[RequestLeg]) -> tuple[Leg, ...]:
    """As the audit is told of them."""
    return tuple(_planned(**{name: getattr(leg, name) for name in _SHARED}, delivery_id=leg.leg_id) for leg in legs)
