"""Open tasks: a lane's, which can't do by a call what a delivery asks, or a request's, a leg that has no lane."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.delivering.tasks import TASK
from streams.commands.lane_orders import lanes_on
from streams.commands.lane_state import Kept, kept
from streams.commands.requests_kept import filed

if TYPE_CHECKING:
    from schemas.request import Request, RequestLeg
    from streams.settings import Settings

_FAR = 2**63


class AskedTask(NamedTuple):
    """A request's open task, and where the request stands."""

    partition: int
    request: Request
    leg: RequestLeg


Task = Kept | AskedTask


def lane_of(task: Task) -> str | None:
    """None: it is a request's."""
    return None if isinstance(task, AskedTask) else task.lane


def id_of(task: Task) -> str:
    return task.leg.leg_id if isinstance(task, AskedTask) else task.entry.delivery.delivery_id


def _order(task: Task) -> tuple[int, str, str]:
    due_at = task.leg.due_at if isinstance(task, AskedTask) else task.entry.delivery.due_at
    return _FAR if due_at is None else due_at, lane_of(task) or "", id_of(task)


async def open_tasks(settings: Settings, lane: str | None = None) -> list[Task]:
    """The open tasks of one lane, or of all lanes and requests, what is due first before the others.

    Raises:
        SetupError, TopicsError

    """
    if lane is not None:
        return sorted(await kept(settings, [lane], TASK), key=_order)
    of_lanes = await kept(settings, await lanes_on(settings), TASK)
    asked = [
        AskedTask(one.partition, one.request, leg)
        for one in await filed(settings)
        for leg in one.request.pending
        if leg.kind == "task"
    ]
    return sorted([*of_lanes, *asked], key=_order)
