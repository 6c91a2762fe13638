"""Where a worker can be cut. A transaction's outcomes and its bookmark are seen at once: nothing lies between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiokafka.consumer.group_coordinator import GroupCoordinator

from processors.engine.caller import Caller
from streams import topics
from streams.ownership import tenure
from streams.ownership.takeover import Takeover
from streams.ownership.tenure import Tenure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streams.outbox import Out

LANE, ROUTER = topics.lane_state(""), topics.STATE


def _always(*_: object) -> bool:
    return True


def _tells(state: str, _: object, outs: Iterable[Out]) -> bool:
    """A transaction with facts for the audit, of the role whose state topic begins so."""
    written = {out.topic for out in outs}
    return topics.AUDIT in written and any(topic.startswith(state) for topic in written)


def _owns(state: str, own: Tenure, outs: Iterable[Out], *_: object) -> bool:
    """The same, where the bookmark isn't among the records yet."""
    return own._state_topic.startswith(state) and topics.AUDIT in {out.topic for out in outs}


def erases(out: Out) -> bool:
    """It takes a delivery out of the lane state."""
    return out.topic.startswith(LANE) and out.value is None and not out.key.startswith(b"!")


def _erases(_: object, outs: Iterable[Out]) -> bool:
    return any(erases(out) for out in outs)


def _is_lanes(coordinator: GroupCoordinator, *_: object) -> bool:
    return "consent-relay-lane-" in coordinator.group_id


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after a function of the product; only calls count whose arguments say yes to `counts`."""

    owner: Any
    name: str
    before: bool
    counts: Callable[..., bool] = _always


POINTS = {
    "before_call": Point(Caller, "_send", before=True),
    "after_call": Point(Caller, "_send", before=False),  # the vendor has answered, and nothing is written down
    "before_outcome": Point(tenure, "send_all", before=True, counts=partial(_tells, LANE)),
    "before_commit": Point(tenure, "send_all", before=False, counts=partial(_tells, LANE)),  # the broker has it all
    "after_commit": Point(Tenure, "commit", before=False, counts=partial(_owns, LANE)),
    "before_tombstone": Point(tenure, "send_all", before=True, counts=_erases),
    "router_before_outcome": Point(tenure, "send_all", before=True, counts=partial(_tells, ROUTER)),
    "router_before_commit": Point(tenure, "send_all", before=False, counts=partial(_tells, ROUTER)),
    "router_after_commit": Point(Tenure, "commit", before=False, counts=partial(_owns, ROUTER)),
    "takeover_after_init": Point(Takeover, "_settle_in", before=True),
    "takeover_after_restore": Point(Takeover, "_restore", before=False),
    "join": Point(GroupCoordinator, "_do_rejoin_group", before=True, counts=_is_lanes),  # by then it has let go
}
