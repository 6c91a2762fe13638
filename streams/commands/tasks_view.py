"""Manual tasks as a person reads them: what is to be done, where, until when. They name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from processors.delivering.overtaking import cells
from processors.delivering.tasks import TASK
from processors.lane import lane_of
from processors.planning.routes import UNBOUND
from processors.vendors.base import VENDORS
from schemas.systems import systems
from schemas.times import iso
from streams.commands.due_view import due_facts, due_text
from streams.commands.tasks_open import AskedTask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemas.connections import Connection
    from schemas.records import Delivery
    from schemas.request import Request, RequestLeg
    from streams.commands.lane_state import Kept
    from streams.commands.tasks_open import Task

SHORT = 12
"""So many characters of an id are shown."""
_DAY = 10
BEFORE = (
    "a lane is sent what is planned from then on, and not these tasks. Have them done there, then say so: "
    "consent-relay tasks done"
)
"""Of tasks that are older than the connection of their recipient."""


def facts(task: Task, connections: Mapping[str, Connection], now: int) -> dict[str, Any]:
    """One task as `--json` tells it. connections: as far as the configuration is at hand; now: µs."""
    if isinstance(task, AskedTask):
        return _asked(task, connections.values(), now)
    return _of_lane(task, connections.get(task.lane), now)


def _asked(task: AskedTask, connections: Iterable[Connection], now: int) -> dict[str, Any]:
    """The same words as for a lane's. connected_since: what could have carried it out, had it been there then."""
    request, leg = task.request, task.leg
    system = systems().by_recipient.get(leg.recipient or "")
    return {
        "delivery_id": leg.leg_id,
        "lane": None,
        "controller": request.controller,
        "vendor": None,
        "recipients": [leg.recipient] if leg.recipient else None,
        "action": leg.what,
        "purposes": [],
        "channels": [],
        "pid": request.pid,
        "event_id": request.event_id,
        "reason": leg.reason or leg.outcome,
        "since": iso(leg.at),
        **due_facts(leg.rule, leg.due_at, now),
        "instructions": system.instructions if system else None,
        "proof": system.proof if system else None,
        "connected_since": _connected_since(request, leg, connections),
    }


def _connected_since(request: Request, leg: RequestLeg, connections: Iterable[Connection]) -> list[str]:
    """The lanes that now serve a recipient which nobody had connected when this was planned."""
    if leg.outcome != UNBOUND:
        return []
    lanes = [lane_of(one) for one in connections if one.controller == request.controller]
    due = [lane for lane in lanes if lane.is_due_in(request.jurisdiction)]
    return sorted(lane.name for lane in due if leg.recipient in lane.serves)


def _of_lane(task: Kept, connection: Connection | None, now: int) -> dict[str, Any]:
    delivery, entry = task.entry.delivery, task.entry
    vendor = VENDORS.get(connection.adapter) if connection else None
    can = vendor.can.get(delivery.action) if vendor else None
    return {
        "delivery_id": delivery.delivery_id,
        "lane": task.lane,
        "controller": delivery.controller,
        "vendor": connection.adapter if connection else None,
        "recipients": list(connection.serves) if connection else None,
        "action": delivery.action,
        "purposes": _purposes(delivery),
        "channels": list(delivery.channels),
        "pid": delivery.pid,
        "event_id": delivery.event_id,
        "reason": entry.reason,
        "since": iso(entry.since),
        **due_facts(delivery.rule, delivery.due_at, now),
        "instructions": can.says or None if can and can.kind == TASK else None,
        "proof": None,
        "connected_since": [],
    }


def table(told: Iterable[Mapping[str, Any]]) -> Table:
    """One row a task, as `facts` tells them."""
    shown = Table("task", "lane", "for", "action", "purposes", "since", "due", "why", box=None)
    for task in told:
        where = ", ".join(task["recipients"] or [task["controller"]])
        cells_of = (task["lane"] or "", where, task["action"], ", ".join(task["purposes"]))
        shown.add_row(
            task["delivery_id"][:SHORT], *cells_of, task["since"][:_DAY], due_text(task), task["reason"] or ""
        )
    return shown


def hints(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is known of how to do such tasks, once each; and where one need not be done by hand any more."""
    said: dict[str, None] = {}
    for task in told:
        if task["instructions"]:
            said[_instructed(task)] = None
        if task["connected_since"]:
            lanes, who = ", ".join(task["connected_since"]), task["recipients"][0]
            said[f"{who} was connected since, by {lanes}: {BEFORE}"] = None
    return sorted(said)


def _instructed(task: Mapping[str, Any]) -> str:
    """For whom, what to do, and what will prove it."""
    whose = f"{task['lane']}, {task['action']}" if task["lane"] else ", ".join(task["recipients"])
    proof = f"; proof: {task['proof']}" if task["proof"] else ""
    return f"{whose}: {task['instructions']}{proof}"


def _purposes(delivery: Delivery) -> list[str]:
    """Without those that newer choices took out of it altogether; a deletion is of everything."""
    if delivery.action == "delete":
        return list(delivery.purposes)
    left = {purpose for purpose, _ in cells(delivery)}
    return [purpose for purpose in delivery.purposes if purpose in left]
