"""Legs of a deletion: every recipient of that kind of data, and what is still granted, sent again behind it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.case import KEPT
from processors.planning.legs import Scope, due, exempt, grantable, legs_of, not_due, scope
from processors.planning.routes import routes, switchable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.lane import Lane
    from processors.planning.case import Ask, Case
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from schemas.drafts import Draft, Series
    from schemas.policy import Policy
    from schemas.policy.rows import Recipient
    from schemas.records import Leg


def deletion_legs(case: Case, after: Standing) -> Series[Leg]:
    """`after`: the choices that outlive the deletion, because they are newer."""
    ask = case.ask
    erased, kept = _reach(ask.policy, ask.lanes, ask.domain, ask.jurisdiction)
    drafts = [draft for route in erased for draft in _drafts(ask, route, after)]
    for recipient, carried in kept:
        basis = ask.policy.deletion_at(recipient).basis or ask.policy.bases_of(carried)
        drafts.append(exempt(ask.action, recipient.id, carried, "basis", basis))
    return legs_of(case, drafts)


@lru_cache(KEPT)
def _reach(
    policy: Policy, lanes: tuple[Lane, ...], domain: str, jurisdiction: str | None
) -> tuple[tuple[Route, ...], tuple[tuple[Recipient, tuple[str, ...]], ...]]:
    """Who has to erase; and who keeps the data on some basis, with its purposes."""
    reached = [(r, carried) for r in policy.recipients if (carried := policy.carried(r.id, domain))]
    erased = {r.id: carried for r, carried in reached if policy.deletion_at(r).meaning == "erase"}
    kept = tuple((r, carried) for r, carried in reached if r.id not in erased)
    return tuple(routes(policy, lanes, erased, jurisdiction)), kept


def _drafts(ask: Ask, route: Route, after: Standing) -> Iterator[Draft[Leg]]:
    lane = route.lane
    if lane is not None and not lane.is_due_in(ask.jurisdiction):
        yield not_due(ask.action, route, "not_applicable", "region")
        return
    whole = Scope(purposes=route.purposes, channels=(), overtaken=(), all_purposes=True, grants=())
    yield due(route, "delete", whole)
    if lane is not None:
        yield from _granted_again(ask.policy, route, lane, after)


def _granted_again(policy: Policy, route: Route, lane: Lane, after: Standing) -> Iterator[Draft[Leg]]:
    """The vendor forgets the whole person, so grants that are newer than the deletion must reach it once more."""
    granted = {
        (purpose, channel): choice.event_id
        for purpose in switchable(policy, lane)
        for channel in lane.channels
        if (choice := after.effective(purpose, channel)) is not None and choice.status == "granted"
    }
    cells = grantable(policy, lane, frozenset(granted), after)
    if cells:
        events = tuple(sorted({granted[cell] for cell in cells}))
        yield due(route, "grant", scope(policy, cells, all_purposes=False, grants=events))
