"""Deliveries in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan_support import NOW, POLICY

from processors.delivering.queues import Job
from schemas.codec import encode
from schemas.contract import Origin
from schemas.records import Delivery
from streams import topics

if TYPE_CHECKING:
    from schemas.records import Action

LANE = "zoho-campaigns"


def delivery(number: int, action: Action = "withdraw", pid: str = "p1.ana", **more: Any) -> Delivery:
    """Delivery `number`: of surveys by e-mail, unless said otherwise; a deletion is of everything."""
    scope = (("surveys",), ("email",)) if action != "delete" else (("surveys", "marketing-campaigns"), ())
    return Delivery(
        **{
            "delivery_id": f"{number:064x}",
            "cycle": 0,
            "event_id": f"event-{number}",
            "pid": pid,
            "controller": "oomnis",
            "lane": LANE,
            "action": action,
            "purposes": scope[0],
            "channels": scope[1],
            "all_purposes": action == "delete",
            "sealed": None,
            "received_at": NOW,
            "due_at": NOW + 1,
            "rule": "internal.30d",
            "occurred_at": NOW - 1,
            "origin": Origin(topic=topics.EVENTS, partition=1, offset=number),
            "policy": POLICY.ref,
            **more,
        }
    )


def job(offset: int, action: Action = "withdraw", pid: str = "p1.ana", **more: Any) -> Job:
    one = delivery(offset, action, pid, **more)
    return Job(offset, one, encode(one))
