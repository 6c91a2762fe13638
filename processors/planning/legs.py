"""How a leg is drafted: due on a lane, due by hand, or not due and why; and how it gets its event."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from processors.planning.ask import KEPT
from processors.planning.routes import switchable
from schemas.drafts import NOTHING, Draft, Series
from schemas.events import CHANNELS
from schemas.ids import delivery_id
from schemas.records import Action, Cell, Leg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.lane import Lane
    from processors.planning.ask import Ask
    from processors.planning.case import Case, Cells
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from processors.planning.timing import Rule
    from schemas.policy import Policy

_OF_A_DELIVERY = ("delivery_id", "due_at")
_OF_A_TASK = ("due_at",)
TOLD = "told_by_vendor"
"""Why nothing is to be sent to the vendor that has told us."""


class LegDraft(Draft[Leg]):
    """duty: whose moment it gets, a word of `planning.timing`."""

    __slots__ = ("duty", "is_delivery")

    def __init__(self, duty: str = "", own: tuple[str, ...] = (), /, **values: Any) -> None:
        super().__init__(Leg, own, **values)
        self.duty = duty
        self.is_delivery = own[:1] == _OF_A_DELIVERY[:1]


class Scope(NamedTuple):
    """What a leg is about: purposes × channels without `overtaken`. continues: what goes on there, on `basis`."""

    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    overtaken: tuple[Cell, ...]
    all_purposes: bool
    grants: tuple[str, ...] = ()
    continues: tuple[str, ...] = ()
    basis: str | None = None


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


def legs_of(case: Case, drafts: Iterable[LegDraft]) -> Series[Leg]:
    """The legs of this event: as drafted, with the ids of its deliveries and their moments."""
    drafted = tuple(drafts)
    event, version, fills = case.event, case.ask.policy.version, case.timing.fills
    ids = [
        delivery_id(event.controller, event.event_id, draft.values["lane"], draft.values["action"], version)
        if draft.is_delivery
        else None
        for draft in drafted
    ]
    return Series(drafted, ids, [fills[draft.duty] if draft.duty else NOTHING for draft in drafted])


def due(ask: Ask, route: Route, action: Action, scope: Scope) -> LegDraft:
    """A delivery to the route's lane; without one, or without such a call, work for a person.

    What no person can do either ends at once, by how the recipient is reached. The lane whose vendor told us of it
    is never told what it told; a copy of what it has is asked for all the same.
    """
    lane = route.lane
    if ask.told_by is not None and lane is not None and lane.name == ask.told_by and action != "collect":
        return _told(action, route, scope)
    return _due(route, action, scope, ask.rule[route.duty], ask.kind.task or action)


@lru_cache(2 * KEPT)
def _due(route: Route, action: Action, scope: Scope, rule: Rule, task: str) -> LegDraft:
    lane = route.lane
    common: dict[str, Any] = {
        "recipient": route.recipient, "action": action, "rule": rule.id, "mark": rule.mark, **scope._asdict()
    }  # fmt: skip
    if lane is not None and action in lane.actions:
        return LegDraft(route.duty, _OF_A_DELIVERY, kind="delivery", lane=lane.name, vendor=lane.vendor, **common)
    if lane is not None:
        return LegDraft(
            route.duty, _OF_A_TASK, kind="task", task=task, outcome="manual_task", reason="no_call_for_it", **common
        )
    if route.end is not None:
        return not_due(action, route, route.end, None)
    return LegDraft(
        route.duty, _OF_A_TASK, kind="task", task=route.reach if route.is_by_hand else None,
        outcome=route.without_lane, **common,
    )  # fmt: skip


@lru_cache(KEPT)
def _told(action: Action, route: Route, scope: Scope) -> LegDraft:
    """It is over there; the lane hears of it, so that nothing older is sent any more."""
    lane = route.lane
    return LegDraft(
        "", _OF_A_DELIVERY[:1], kind="none", recipient=route.recipient, lane=lane and lane.name,
        vendor=lane and lane.vendor, action=action, outcome="not_applicable", reason=TOLD, **scope._asdict(),
    )  # fmt: skip


@lru_cache(KEPT)
def not_due(action: Action, route: Route, outcome: str, reason: str | None) -> LegDraft:
    """Nothing to do on this route, and why."""
    lane = route.lane
    return LegDraft(
        kind="none", recipient=route.recipient, lane=lane and lane.name, vendor=lane and lane.vendor,
        action=action, purposes=route.purposes, outcome=outcome, reason=reason,
    )  # fmt: skip


@lru_cache(KEPT)
def exempt(
    action: Action | None, recipient: str | None, purposes: tuple[str, ...], reason: str, basis: str | None
) -> LegDraft:
    """What the policy keeps out of the person's reach here, and on what basis."""
    return ended(action, recipient, purposes, "not_applicable", reason, basis)


@lru_cache(KEPT)
def ended(  # noqa: PLR0917 - a leg's words
    action: Action | None,
    recipient: str | None,
    purposes: tuple[str, ...],
    outcome: str,
    reason: str | None = None,
    basis: str | None = None,
) -> LegDraft:
    """What ends with planning itself, and how."""
    return LegDraft(
        kind="none",
        recipient=recipient,
        action=action,
        purposes=purposes,
        outcome=outcome,
        reason=reason,
        basis=basis,
    )


@lru_cache(KEPT)
def to_do(ask: Ask, task: str, duty: str, recipient: str | None = None, reason: str | None = None) -> LegDraft:
    """Work for a person that no recipient's connection can do. duty: whose deadline it has."""
    rule, mark, _ = ask.rule.get(duty) or ask.rule["processor"]
    own = duty if duty in ask.rule else "processor"
    whole = ask.everything or ask.kind.way == "minor"  # who is too young is so for every purpose
    return LegDraft(
        own, _OF_A_TASK, kind="task", task=task, recipient=recipient, purposes=() if whole else ask.purposes,
        all_purposes=whole, rule=rule, mark=mark, outcome="manual_task", reason=reason,
    )  # fmt: skip


def grantable(policy: Policy, lane: Lane, cells: Cells, after: Standing | None) -> Cells:
    """A vendor's switch goes on only when none of the purposes behind it stands withdrawn.

    after: None when nothing stands withdrawn.
    """
    if after is None or not lane.switches:
        return cells
    behind = switchable(policy, lane)
    return frozenset(
        (purpose, channel)
        for purpose, channel in cells
        if not any(lane.switches.join(purpose, p) and after.is_withdrawn(p, channel) for p in behind)
    )
