"""Legs of a grant or a withdrawal: for the recipients that its purposes reach, first what is due."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.case import KEPT, square
from processors.planning.legs import due, exempt, grantable, not_due, scope
from processors.planning.routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.lane import Lane
    from processors.planning.case import Case, Cells
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from schemas.policy import Policy
    from schemas.records import Leg


def choice_legs(case: Case, newest: Cells, after: Standing) -> Iterator[Leg]:
    """`newest`: where nothing newer stands against the event; `after`: what stands with it."""
    reach = _reach(case.policy, case.lanes, case.purposes, case.event.data_domain, case.event.jurisdiction)
    for route in reach.routes:
        yield _leg(case, route, newest, after)
    for recipient, purposes in reach.beyond_choice:
        yield exempt(case, recipient, purposes, "basis")
    if reach.nowhere and case.event.purposes is not None:  # named by the person, so answered
        yield exempt(case, None, reach.nowhere, "no_recipient")


@dataclass(frozen=True, slots=True)
class _Reach:
    """`beyond_choice`: recipients whose basis leaves the person no choice; `nowhere`: purposes without recipient."""

    routes: tuple[Route, ...]
    beyond_choice: tuple[tuple[str, tuple[str, ...]], ...]
    nowhere: tuple[str, ...]


@lru_cache(KEPT)
def _reach(
    policy: Policy, lanes: tuple[Lane, ...], purposes: tuple[str, ...], domain: str, jurisdiction: str | None
) -> _Reach:
    reached = {
        recipient.id: found
        for recipient in policy.recipients
        if (found := tuple(p for p in policy.carried(recipient.id, domain) if p in purposes))
    }
    open_to_choice = {
        recipient: found
        for recipient, carried in reached.items()
        if (found := tuple(p for p in carried if p in policy.withdrawable))
    }
    return _Reach(
        routes=tuple(routes(policy, lanes, open_to_choice, jurisdiction)),
        beyond_choice=tuple((r, carried) for r, carried in reached.items() if r not in open_to_choice),
        nowhere=tuple(p for p in purposes if not policy.flows.get(p)),
    )


def _leg(case: Case, route: Route, newest: Cells, after: Standing) -> Leg:
    lane = route.lane
    if lane is not None and not lane.is_due_in(case.event.jurisdiction):
        return not_due(case, route, "not_applicable", "region")
    channels = case.channels if lane is None else _on(lane, case.channels)
    if not channels:
        return not_due(case, route, "not_applicable", "channel")
    all_of_it = square(route.purposes, channels)
    cells = all_of_it & newest
    if not cells:
        return not_due(case, route, "superseded", "newer_choice")
    whole = case.event.purposes is None and cells == all_of_it
    if case.action == "grant" and lane is not None:
        cells = grantable(case.policy, lane, cells, after)
        if not cells:
            return not_due(case, route, "not_applicable", "other_purpose_withdrawn")
    return due(case, route, case.action, scope(case.policy, cells, all_purposes=whole))


@lru_cache(KEPT)
def _on(lane: Lane, channels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(channel for channel in channels if channel in lane.channels)
