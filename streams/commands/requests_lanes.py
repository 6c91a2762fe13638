"""What a decision about a request means for its lanes: a command for each that has something of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.closing.extension import extension
from processors.closing.orders import WAITS
from processors.closing.orders import extend as extended
from schemas.errors import InvalidRecord
from schemas.request import Decision
from streams.commands.orders import order
from streams.lanes.orders.extending import DUE, EXTEND, PERSON
from streams.lanes.orders.holding import CANCEL, EVENT

if TYPE_CHECKING:
    from schemas.records import Command
    from schemas.request import Request


def cancelling(request: Request, given: Command) -> list[Command]:
    """For the lanes where something may wait. given: the closer's command."""
    pending = (leg for leg in request.pending if leg.kind == "delivery" and leg.outcome in WAITS)
    lanes = sorted({leg.lane for leg in pending if leg.lane})
    about = {EVENT: request.event_id, PERSON: request.pid}
    return [order(CANCEL, about, given.by, given.reason, lane) for lane in lanes]


def extending(request: Request, given: Command) -> list[Command]:
    """With the dates that the closer has given, or will give by the same rules; none where it gives no more time."""
    by = Decision(command_id=given.command_id, by=given.by, reason=given.reason, at=given.at)
    may_be = {leg.leg_id for leg in request.pending if extension(request, leg) is not None}
    if request.extended is None:
        try:
            request = extended(request, extension, by)
        except InvalidRecord:
            return []
    dues: dict[str, list[str]] = defaultdict(list)
    for leg in request.pending:
        if leg.leg_id in may_be and leg.kind == "delivery" and leg.lane:
            dues[leg.lane].append(f"{leg.leg_id}:{leg.due_at}")
    return [
        order(EXTEND, {PERSON: request.pid, DUE: " ".join(some)}, given.by, given.reason, lane)
        for lane, some in sorted(dues.items())
    ]
