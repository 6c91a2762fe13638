"""Legs of a grant or a withdrawal: for the recipients that its purposes reach, first what is due."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.case import KEPT, square
from processors.planning.legs import due, exempt, grantable, legs_of, not_due, scope
from processors.planning.routes import routes

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.planning.case import Ask, Case, Cells
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from schemas.drafts import Draft, Series
    from schemas.policy import Policy
    from schemas.records import Leg


def choice_legs(case: Case, newest: Cells, after: Standing) -> Series[Leg]:
    """`newest`: where nothing newer stands against the event; `after`: what stands with it."""
    hindered = case.ask.action == "grant" and after.has_withdrawn
    drafts = _drafts(case.ask, newest, after) if hindered else _usual(case.ask, newest)
    return legs_of(case, drafts)


@lru_cache(KEPT)
def _usual(ask: Ask, newest: Cells) -> tuple[Draft[Leg], ...]:
    return _drafts(ask, newest, None)


def _drafts(ask: Ask, newest: Cells, after: Standing | None) -> tuple[Draft[Leg], ...]:
    reach = _reach(ask.policy, ask.lanes, ask.purposes, ask.domain, ask.jurisdiction)
    drafts = [_draft(ask, route, newest, after) for route in reach.routes]
    drafts += [exempt(ask.action, who, purposes, "basis", basis) for who, purposes, basis in reach.beyond]
    if reach.nowhere and not ask.everything:  # named by the person, so answered
        basis = ask.policy.bases_of(reach.nowhere)
        drafts.append(exempt(ask.action, None, reach.nowhere, "no_recipient", basis))
    return tuple(drafts)


@dataclass(frozen=True, slots=True)
class _Reach:
    """`beyond`: recipients where a basis leaves no choice, with that basis; `nowhere`: purposes without recipient."""

    routes: tuple[Route, ...]
    beyond: tuple[tuple[str, tuple[str, ...], str], ...]
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
        beyond=tuple((r, c, policy.bases_of(c)) for r, c in reached.items() if r not in open_to_choice),
        nowhere=tuple(p for p in purposes if not policy.flows.get(p)),
    )


def _draft(ask: Ask, route: Route, newest: Cells, after: Standing | None) -> Draft[Leg]:
    lane = route.lane
    if lane is not None and not lane.is_due_in(ask.jurisdiction):
        return not_due(ask.action, route, "not_applicable", "region")
    channels = tuple(c for c in ask.channels if lane is None or c in lane.channels)
    if not channels:
        return not_due(ask.action, route, "not_applicable", "channel")
    all_of_it = square(route.purposes, channels)
    cells = all_of_it & newest
    if not cells:
        return not_due(ask.action, route, "superseded", "newer_choice")
    whole = ask.everything and cells == all_of_it
    if ask.action == "grant" and lane is not None:
        cells = grantable(ask.policy, lane, cells, after)
        if not cells:
            return not_due(ask.action, route, "not_applicable", "other_purpose_withdrawn")
    return due(route, ask.action, scope(ask.policy, cells, all_purposes=whole))
