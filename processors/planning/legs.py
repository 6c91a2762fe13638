"""How a leg is drafted: due on a lane, due but bound to nobody, or not due and why; and how it gets its event."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from processors.planning.case import INTERNAL_RULE, KEPT
from processors.planning.routes import switchable
from schemas.drafts import Draft, Series
from schemas.errors import SetupError
from schemas.events import CHANNELS
from schemas.ids import delivery_id
from schemas.records import Action, Cell, Leg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.lane import Lane
    from processors.planning.case import Case, Cells
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from schemas.policy import Policy

_OF_A_DELIVERY = ("delivery_id", "due_at")
_OF_A_TASK = ("due_at",)


class Scope(NamedTuple):
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


def legs_of(case: Case, drafts: Iterable[Draft[Leg]]) -> Series[Leg]:
    """The legs of this event: as drafted, with the ids of its deliveries and when they are due."""
    drafted = tuple(drafts)
    event, version = case.event, case.ask.policy.version
    ids = [
        delivery_id(event.controller, event.event_id, draft.values["lane"], draft.values["action"], version)
        if draft.own == _OF_A_DELIVERY
        else None
        for draft in drafted
    ]
    return Series(drafted, ids, {"due_at": case.due_at})


@lru_cache(KEPT)
def due(route: Route, action: Action, scope: Scope) -> Draft[Leg]:
    """A delivery to the route's lane; without a lane an open task.

    Raises:
        SetupError: the lane's adapter doesn't know the action.

    """
    lane = route.lane
    if lane is None:
        return Draft(
            Leg, _OF_A_TASK, kind="task", recipient=route.recipient, action=action, outcome="unbound_recipient",
            rule=INTERNAL_RULE, **scope._asdict(),
        )  # fmt: skip
    if action not in lane.actions:
        raise SetupError(
            f"connections.{lane.name}: adapter {lane.vendor} has no action {action!r}",
            remedy="choose an adapter that declares it, as a manual task if the vendor has no call for it",
        )
    return Draft(
        Leg, _OF_A_DELIVERY, kind="delivery", recipient=route.recipient, lane=lane.name, vendor=lane.vendor,
        action=action, rule=INTERNAL_RULE, **scope._asdict(),
    )  # fmt: skip


@lru_cache(KEPT)
def not_due(action: Action, route: Route, outcome: str, reason: str) -> Draft[Leg]:
    """Nothing to do on this route, and why."""
    lane = route.lane
    return Draft(
        Leg, kind="none", recipient=route.recipient, lane=lane and lane.name, vendor=lane and lane.vendor,
        action=action, purposes=route.purposes, outcome=outcome, reason=reason,
    )  # fmt: skip


@lru_cache(KEPT)
def exempt(
    action: Action, recipient: str | None, purposes: tuple[str, ...], reason: str, basis: str | None
) -> Draft[Leg]:
    """A recipient that the policy keeps out of the person's reach here, and on what basis."""
    return Draft(
        Leg, kind="none", recipient=recipient, action=action, purposes=purposes, outcome="not_applicable",
        reason=reason, basis=basis,
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
