"""What operators decide about a request: more time, no more of it, or that a task of it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.words import CANCELLED, DONE
from schemas.errors import InvalidRecord
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from schemas.records import Evidence
    from schemas.request import Decision, Request, RequestLeg

    Extension = Callable[[Request, RequestLeg], int | None]
    """Until when a leg's rule lets its deadline be put off, µs; None: it doesn't."""

WAITS = frozenset({None, "parked", "held", "waiting", "dry_run", "released"})
"""Words of deliveries that no vendor has been told of, as far as the audit knows."""


def extend(request: Request, extension: Extension, decision: Decision) -> Request:
    """With the later deadlines, once and in time.

    Raises:
        InvalidRecord: it is closed, was extended before, nothing of it can be, or a deadline has passed already.

    """
    if not request.is_open:
        raise InvalidRecord(f"it is closed, as {request.status}")
    if request.extended:
        raise InvalidRecord(f"it was extended once, at {iso(request.extended.at)} by {request.extended.by}")
    later = {leg.leg_id: until for leg in request.pending if (until := extension(request, leg)) is not None}
    if not later:
        raise InvalidRecord("the rules of its open legs allow no extension")
    passed = [leg.due_at for leg in request.pending if leg.leg_id in later and (leg.due_at or 0) < decision.at]
    if passed:
        raise InvalidRecord(f"its first deadline has passed, at {iso(min(filter(None, passed)))}")
    return put_off(request, later).changed(extended=decision)


def put_off(request: Request, later: Mapping[str, int | None]) -> Request:
    """With later deadlines, by leg_id. Until these have passed nothing of them is late, though it was told to be.

    So it is where the decision was made in time and carried out too late.
    """
    legs = tuple(
        leg.changed(due_at=later[leg.leg_id], overdue_at=None) if leg.leg_id in later else leg for leg in request.legs
    )
    was_late, is_late = (any(leg.overdue_at is not None for leg in some) for some in (request.legs, legs))
    return request.changed(legs=legs, overdue_at=None if was_late and not is_late else request.overdue_at)


def cancel(request: Request, decision: Decision) -> Request:
    """With its open tasks cancelled. What waits on lanes is cancelled there; what vendors know of goes on.

    Raises:
        InvalidRecord: it is closed, was cancelled before, or nothing of it is pending any more.

    """
    if not request.is_open:
        raise InvalidRecord(f"it is closed, as {request.status}")
    if request.cancelled:
        raise InvalidRecord(f"it was cancelled before, at {iso(request.cancelled.at)} by {request.cancelled.by}")
    if not any(leg.kind == "task" or leg.outcome in WAITS for leg in request.pending):
        raise InvalidRecord("nothing of it is pending any more: the recipients know of it")
    ended = {"outcome": CANCELLED, "final": True, "reason": decision.reason, "at": decision.at}
    legs = tuple(leg.changed(**ended) if leg.kind == "task" and not leg.final else leg for leg in request.legs)
    return request.changed(legs=legs, cancelled=decision)


def finish(request: Request, wanted: Collection[str], proof: Evidence, decision: Decision) -> Request:
    """With these tasks done, by leg_id.

    Raises:
        InvalidRecord: one of them is no open task of it.

    """
    tasks = {leg.leg_id for leg in request.pending if leg.kind == "task"}
    if unknown := [one for one in wanted if one not in tasks]:
        raise InvalidRecord(f"no open task of it: {', '.join(one[:12] for one in unknown)}")
    ended = {"outcome": DONE, "final": True, "reason": decision.reason, "at": decision.at, "proof": proof}
    legs = tuple(leg.changed(**ended) if leg.leg_id in wanted else leg for leg in request.legs)
    return request.changed(legs=legs)
