"""A leg as it was planned, and as a request keeps it: what both know stands in both under the same name."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from schemas.contract import defaults_of, maker, trusted
from schemas.records import Leg
from schemas.request import RequestLeg

if TYPE_CHECKING:
    from collections.abc import Iterable

_kept, _planned, _BARE = maker(RequestLeg), trusted(Leg), defaults_of(RequestLeg)
_SHARED = tuple(name for name in RequestLeg.model_fields if name in Leg.model_fields)
_shared = itemgetter(*_SHARED)
_UNDER_WAY = ("delivery", "task")


def kept(leg: Leg, leg_id: str, at: int) -> RequestLeg:
    """As a request keeps it. at: since when it is due, µs."""
    shared = zip(_SHARED, _shared(leg.__dict__), strict=True)
    values = _BARE | dict(shared) | {"leg_id": leg_id, "final": leg.kind not in _UNDER_WAY, "at": at}
    values["reason"] = leg.reason or leg.basis
    return _kept(values)


def told(legs: Iterable[RequestLeg]) -> tuple[Leg, ...]:
    """As the audit is told of them."""
    return tuple(_planned(**{name: getattr(leg, name) for name in _SHARED}, delivery_id=leg.leg_id) for leg in legs)
