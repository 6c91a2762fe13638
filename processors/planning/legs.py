"""How a leg is drafted: due on a lane, due but bound to nobody, or not due and why; and how it gets its event."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypedDict

from processors.planning.case import INTERNAL_RULE, KEPT
from processors.planning.routes import switchable
from schemas.contract import maker, trusted
from schemas.errors import SetupError
from schemas.events import CHANNELS
from schemas.ids import delivery_id
from schemas.records import Action, Cell, Leg

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.planning.case import Ask, Case, Cells
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from schemas.policy import Policy

_leg, _leg_of = trusted(Leg), maker(Leg)


class Scope(TypedDict):
    """What a leg is about: purposes × channels without `overtaken`."""

    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    overtaken: tuple[Cell, ...]
    all_purposes: bool
    grants: tuple[str, ...]


def scope(policy: Policy, cells: Cells, *, all_purposes: bool, grants: tuple[str, ...] = ()) -> Scope:
    """Write a set of cells as the smallest rectangle around it and what is missing there."""
    purposes, channels, missing = _rectangle(policy, cells)
    return Scope(purposes=purposes, channels=channels, overtaken=missing, all_purposes=all_purposes, grants=grants)


@lru_cache(KEPT)
def _rectangle(policy: Policy, cells: Cells) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Cell, ...]]:
    purposes = policy.in_order({purpose for purpose, _ in cells})
    channels = tuple(sorted({channel for _, channel in cells}, key=CHANNELS.index))
    missing = (Cell(purpose=p, channel=c) for p in purposes for c in channels if (p, c) not in cells)
    return purposes, channels, tuple(missing)


def stamped(case: Case, draft: Leg) -> Leg:
    """The leg of this event: with its delivery's id and when it is due."""
    if draft.kind == "none":
        return draft
    values = {**draft.__dict__, "due_at": case.due_at}
    if draft.lane is not None and draft.action is not None:
        event, version = case.event, case.ask.policy.version
        values["delivery_id"] = delivery_id(event.controller, event.event_id, draft.lane, draft.action, version)
    return _leg_of(values)


def due(route: Route, action: Action, scope: Scope) -> Leg:
    """Draft of a delivery to the route's lane; without a lane of an open task.

    Raises:
        SetupError: the lane's adapter doesn't know the action.

    """
    lane = route.lane
    if lane is None:
        return _leg(
            kind="task", recipient=route.recipient, action=action, outcome="unbound_recipient",
            rule=INTERNAL_RULE, **scope,
        )  # fmt: skip
    if action not in lane.actions:
        raise SetupError(
            f"connections.{lane.name}: adapter {lane.vendor} has no action {action!r}",
            remedy="choose an adapter that declares it, as a manual task if the vendor has no call for it",
        )
    return _leg(
        kind="delivery", recipient=route.recipient, lane=lane.name, vendor=lane.vendor, action=action,
        rule=INTERNAL_RULE, **scope,
    )  # fmt: skip


def not_due(ask: Ask, route: Route, outcome: str, reason: str) -> Leg:
    """Nothing to do on this route, and why."""
    lane = route.lane
    return _leg(
        kind="none", recipient=route.recipient, lane=lane and lane.name, vendor=lane and lane.vendor,
        action=ask.action, purposes=route.purposes, outcome=outcome, reason=reason,
    )  # fmt: skip


def exempt(ask: Ask, recipient: str | None, purposes: tuple[str, ...], reason: str, basis: str | None = None) -> Leg:
    """A recipient that the policy keeps out of the person's reach here, and on what basis."""
    return _leg(
        kind="none", recipient=recipient, action=ask.action, purposes=purposes, outcome="not_applicable",
        reason=reason, basis=basis or ask.policy.bases_of(purposes),
    )  # fmt: skip


def grantable(policy: Policy, lane: Lane, cells: Cells, after: Standing | None) -> Cells:
    """Where a vendor has one switch for all purposes, it goes on only when none of them stands withdrawn.

    after: None when nothing stands withdrawn.
    """
    if lane.per_purpose or after is None:
        return cells
    purposes = switchable(policy, lane)
    free = {channel for _, channel in cells if not any(after.is_withdrawn(p, channel) for p in purposes)}
    return frozenset(cell for cell in cells if cell[1] in free)
