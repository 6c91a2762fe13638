"""When legs become overdue: told once for each leg, and once for the request.

`due_at` is the last moment in time. `now`: µs, as far as the log was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.words import is_held, is_under_review
from schemas.times import DAY, SECOND

if TYPE_CHECKING:
    from schemas.request import Request, RequestLeg

KEPT_FOR = 90 * DAY
"""So long a closed request is kept: for that time a lane keeps what has failed, and may begin it anew."""
LINGERS = 3_600 * SECOND
"""So much longer it may still be found: whoever reads the audit must know by its clock alone what was forgotten."""


def first_due(request: Request) -> RequestLeg | None:
    """The open leg whose deadline comes first."""
    timed = [(leg.due_at, number) for number, leg in enumerate(request.pending) if leg.due_at is not None]
    return request.pending[min(timed)[1]] if timed else None


def due_at(request: Request) -> int | None:
    """The first deadline of a leg that is open, µs."""
    first = first_due(request)
    return first.due_at if first else None


def wakes_at(request: Request) -> int | None:
    """When something is to be told of it, or it may be forgotten, µs; None: never, as it is now."""
    if request.is_open:
        untold = (leg.due_at for leg in request.pending if leg.overdue_at is None and leg.due_at is not None)
        return min((at + 1 for at in untold), default=None)
    over = _kept_until(request)
    return None if over is None else over + LINGERS


def is_forgotten(request: Request, now: int) -> bool:
    """Whether nothing of it goes on any more."""
    over = None if request.is_open else _kept_until(request)
    return over is not None and over <= now


def _kept_until(closed: Request) -> int | None:
    """None: something of it begins anew one day."""
    if any(is_held(leg) or is_under_review(leg) for leg in closed.legs):
        return None
    return (closed.closed_at or 0) + KEPT_FOR


def run_out(request: Request, now: int) -> tuple[Request, tuple[RequestLeg, ...]]:
    """Which of its legs are overdue and were not told to be; they are marked so."""
    late = tuple(
        leg for leg in request.pending if leg.overdue_at is None and leg.due_at is not None and leg.due_at < now
    )
    if not late:
        return request, ()
    legs = tuple(leg.changed(overdue_at=now) if leg in late else leg for leg in request.legs)
    overdue_at = now if request.overdue_at is None else request.overdue_at
    return request.changed(legs=legs, overdue_at=overdue_at), late
