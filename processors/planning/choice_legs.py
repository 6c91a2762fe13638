"""Legs of a grant or a withdrawal: for the recipients that its purposes reach, first what is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.ask import KEPT
from processors.planning.case import square
from processors.planning.follow_ups import follow_ups
from processors.planning.legs import LegDraft, due, exempt, grantable, legs_of, not_due, scope
from processors.planning.remarks import remarks
from processors.planning.replicas import access_given_back, deletion, ended_copies, under_hold
from processors.planning.routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.planning.ask import Ask
    from processors.planning.case import Case, Cells
    from processors.planning.choices import Standing
    from processors.planning.holds import Held
    from processors.planning.routes import Route
    from schemas.drafts import Series
    from schemas.records import Leg

SITE = frozenset({"ads", "web"})
"""The channels of what runs on a site itself: an e-mail address says nothing to it."""


def choice_legs(case: Case, cells: Cells, after: Standing, barred: Cells, kept_by: Held) -> Series[Leg]:
    """`cells`: where the event changes something; `after`: what stands with it; `barred`: where it can't count.

    kept_by: the holds that keep copies from being deleted.
    """
    hindered = case.ask.action == "grant" and after.has_withdrawn
    drafts = _drafts(case.ask, cells, after) if hindered else _usual(case.ask, cells)
    if barred:
        about = case.ask.policy.in_order({purpose for purpose, _ in barred})
        drafts = (*drafts, exempt("grant", None, about, "barred", None))
    if kept_by.purposes:
        drafts = tuple(under_hold(draft, kept_by) for draft in drafts)
    return legs_of(case, drafts)


def lane_stops(ask: Ask, cells: Cells, kept_by: Held) -> tuple[LegDraft, ...]:
    """What a withdrawal asks where there is a lane. `cells`: where it stands."""
    copies = ended_copies(ask, cells)
    there = (route for route in _reach(ask).routes if route.lane is not None)
    drafts = (draft for route in there for draft in _drafts_on(ask, route, cells, None, copies))
    return tuple(under_hold(draft, kept_by) if kept_by.purposes else draft for draft in drafts)


@lru_cache(KEPT)
def _usual(ask: Ask, newest: Cells) -> tuple[LegDraft, ...]:
    return _drafts(ask, newest, None)


def _drafts(ask: Ask, newest: Cells, after: Standing | None) -> tuple[LegDraft, ...]:
    reach = _reach(ask)
    copies = ended_copies(ask, newest)
    drafts = [draft for route in reach.routes for draft in _drafts_on(ask, route, newest, after, copies)]
    drafts += [exempt(ask.action, who, purposes, "basis", basis) for who, purposes, basis in reach.beyond]
    if reach.nowhere and not ask.everything:  # named by the person, so answered
        basis = ask.policy.bases_of(reach.nowhere)
        drafts.append(exempt(ask.action, None, reach.nowhere, "no_recipient", basis))
    drafts += remarks(ask)
    drafts += access_given_back(ask, copies)
    return (*drafts, *follow_ups(ask))


@dataclass(frozen=True, slots=True)
class _Reach:
    """`beyond`: recipients where a basis leaves no choice, with that basis; `nowhere`: purposes without recipient."""

    routes: tuple[Route, ...]
    beyond: tuple[tuple[str, tuple[str, ...], str], ...]
    nowhere: tuple[str, ...]


@lru_cache(KEPT)
def _reach(ask: Ask) -> _Reach:
    policy = ask.policy
    carried = {
        recipient.id: found
        for recipient in policy.recipients
        if (found := tuple(p for p in policy.carried(recipient.id, ask.domain) if p in ask.purposes))
    }
    open_to_choice = {
        recipient: found for recipient, of in carried.items() if (found := tuple(p for p in of if p in ask.reached))
    }
    return _Reach(
        routes=tuple(routes(policy, ask.lanes, open_to_choice, ask.jurisdiction)),
        beyond=tuple((r, of, policy.bases_of(of)) for r, of in carried.items() if r not in open_to_choice),
        nowhere=tuple(p for p in ask.purposes if not policy.flows.get(p)),
    )


def _drafts_on(
    ask: Ask, route: Route, newest: Cells, after: Standing | None, copies: tuple[str, ...]
) -> Iterator[LegDraft]:
    """A lane stops everything at once; without one, to delete a copy is how its purpose is stopped."""
    continues, _ = goes_on(ask, route.recipient) if copies else ((), None)
    deleted = tuple(p for p in copies if p in route.purposes and p not in continues)
    if deleted and route.lane is not None and not route.lane.is_due_in(ask.jurisdiction):
        deleted = ()
    stopped = route.purposes if route.lane is not None else tuple(p for p in route.purposes if p not in deleted)
    if stopped:
        yield _draft(ask, replace(route, purposes=stopped) if deleted else route, newest, after)
    if deleted:
        yield deletion(ask, route, deleted)


def _draft(ask: Ask, route: Route, newest: Cells, after: Standing | None) -> LegDraft:
    lane = route.lane
    if lane is not None and not lane.is_due_in(ask.jurisdiction):
        return not_due(ask.action, route, "not_applicable", "region")
    channels = tuple(c for c in ask.channels if lane is None or c in lane.channels)
    if not channels or (lane is None and route.reach == "client_signal" and SITE.isdisjoint(channels)):
        return not_due(ask.action, route, "not_applicable", "channel")
    all_of_it = square(route.purposes, channels)
    cells = all_of_it & newest
    if not cells:
        return not_due(ask.action, route, "superseded", "own_choice" if ask.lends else "newer_choice")
    if ask.action == "grant" and lane is not None:
        cells = grantable(ask.policy, lane, cells, after)
        if not cells:
            return not_due(ask.action, route, "not_applicable", "other_purpose_withdrawn")
    about = scope(ask.policy, cells, all_purposes=ask.everything and cells == all_of_it)
    if ask.action != "grant":
        continues, basis = goes_on(ask, route.recipient)
        about = about._replace(continues=continues, basis=basis)
    return due(ask, route, ask.action, about)


@lru_cache(KEPT)
def goes_on(ask: Ask, recipients: str) -> tuple[tuple[str, ...], str | None]:
    """What this event is about and can't stop there, or not on all its bases; and the bases on which it goes on."""
    policy = ask.policy
    lasting = {basis.id for basis in policy.bases if not basis.withdrawable}
    carried = {p for one in recipients.split("+") for p in policy.carried(one, ask.domain)}
    found: dict[str, set[str]] = {}
    for purpose in policy.in_order(carried.intersection(ask.purposes)):
        row = policy.by_purpose[purpose]
        bases = set(row.bases) if row.survives else lasting.intersection(row.bases)
        if bases and not ask.kind.traits.intersection(row.traits):
            found[purpose] = bases
    named = set().union(*found.values())
    return tuple(found), ",".join(basis.id for basis in policy.bases if basis.id in named) or None
