"""Legs of a deletion: every recipient of that kind of data, and what is still granted, sent again behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.ask import KEPT
from processors.planning.follow_ups import answers, follow_ups
from processors.planning.legs import LegDraft, Scope, due, ended, exempt, grantable, legs_of, not_due, scope, to_do
from processors.planning.routes import is_gate, routes, switchable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.planning.ask import Ask
    from processors.planning.case import Case
    from processors.planning.choices import Standing
    from processors.planning.holds import Held
    from processors.planning.routes import Route
    from schemas.drafts import Series
    from schemas.policy import Policy
    from schemas.records import Leg


def deletion_legs(case: Case, after: Standing, held: Held, first: tuple[LegDraft, ...]) -> Series[Leg]:
    """`after`: the choices that outlive the deletion, because they are newer; `held`: where a hold keeps data.

    first: what is done before.
    """
    ask = case.ask
    reach = _reach(ask)
    erased = _erased(ask, reach.erased, after, held)
    drafts = (*first, *erased, *(_but_held(draft, held) for draft in reach.rest))
    return legs_of(case, map(_of_a_minor, drafts) if ask.kind.way == "minor" else drafts)


def lane_erasures(ask: Ask, after: Standing, held: Held) -> tuple[LegDraft, ...]:
    """What a deletion asks where there is a lane."""
    there = [(route, draft) for route, draft in _reach(ask).erased if route.lane is not None]
    drafts = _erased(ask, there, after, held)
    return tuple(map(_of_a_minor, drafts) if ask.kind.way == "minor" else drafts)


def _erased(ask: Ask, erased: Iterable[tuple[Route, LegDraft]], after: Standing, held: Held) -> Iterator[LegDraft]:
    for route, draft in erased:
        if _is_kept(ask, route, draft, held):
            yield from _kept_back(ask, route, draft, held)
        else:
            yield draft
        if after.cells and draft.values["kind"] != "none":
            yield from granted_again(ask, route, after)


def _of_a_minor(draft: LegDraft) -> LegDraft:
    """Whoever erases by hand sees why; a vendor's call is the same for everybody."""
    if draft.values["kind"] == "none" or draft.values["reason"]:
        return draft
    return LegDraft(draft.duty, draft.own, **(draft.values | {"reason": "minor"}))


def _but_held(draft: LegDraft, held: Held) -> LegDraft:
    """What a hold keeps, it keeps in one's own systems, too."""
    if not held.purposes or draft.values["task"] != "own_systems":
        return draft
    return held.noted_on(draft)


def retained_at(ask: Ask, held: Held) -> tuple[str, ...]:
    """The recipients where a hold keeps what should be erased."""
    kept = (route for route, draft in _reach(ask).erased if _is_kept(ask, route, draft, held))
    return tuple(sorted({one for route in kept for one in route.recipient.split("+")}))


def _is_kept(ask: Ask, route: Route, draft: LegDraft, held: Held) -> bool:
    return draft.values["kind"] != "none" and held.keeps(ask.policy, route.recipient)


@dataclass(frozen=True, slots=True)
class _Reach:
    """`erased`: who has to erase and what that is, those that control others last; `rest`: what else is due."""

    erased: tuple[tuple[Route, LegDraft], ...]
    rest: tuple[LegDraft, ...]


@lru_cache(KEPT)
def _reach(ask: Ask) -> _Reach:
    policy = ask.policy
    carried = {r.id: of for r in policy.recipients if (of := policy.carried(r.id, ask.domain))}
    erased = {who: of for who, of in carried.items() if _erases(policy, who)}
    kept = {who: of for who, of in carried.items() if who not in erased}
    rest = [
        exempt("delete", who, of, "basis", policy.deletion_at(policy.by_recipient[who]).basis or policy.bases_of(of))
        for who, of in kept.items()
    ]
    if policy.backups is not None:
        rest.append(_backups(dated=policy.backups.period is not None, isolated=policy.backups.isolated))
    found = routes(policy, ask.lanes, erased, ask.jurisdiction)
    gates_last = sorted(found, key=lambda route: is_gate(policy, route.recipient))
    return _Reach(
        tuple((route, erasure(ask, route, ask.jurisdiction)) for route in gates_last), (*rest, *follow_ups(ask))
    )


def _erases(policy: Policy, recipient: str) -> bool:
    return policy.deletion_at(policy.by_recipient[recipient]).meaning == "erase"


@lru_cache(KEPT)
def _backups(*, dated: bool, isolated: bool) -> LegDraft:
    """What stays in backups for a while: nobody erases there; a restored one is erased again before its use."""
    duty, own = ("backup", ("backup_until",)) if dated else ("", ())
    reason = "backup_isolated" if isolated else "backup"
    return LegDraft(duty, own, kind="none", recipient=None, outcome="retained", reason=reason)


def erasure(ask: Ask, route: Route, jurisdiction: str | None) -> LegDraft:
    """What a deletion asks on this route, of a person there."""
    if route.lane is not None and not route.lane.is_due_in(jurisdiction):
        return not_due("delete", route, "not_applicable", "region")
    return due(ask, route, "delete", _WHOLE._replace(purposes=route.purposes))


_WHOLE = Scope(purposes=(), channels=(), overtaken=(), all_purposes=True)


def _kept_back(ask: Ask, route: Route, draft: LegDraft, held: Held) -> Iterator[LegDraft]:
    """Suppressed, as after a withdrawal; the deletion itself waits for the hold's end."""
    lane = route.lane
    could_choose = ask.policy.withdrawable if lane is None else switchable(ask.policy, lane)
    if chosen := tuple(p for p in route.purposes if p in could_choose):
        channels = ask.channels if lane is None else lane.channels
        yield due(ask, route, "withdraw", _WHOLE._replace(purposes=chosen, channels=channels))
    yield LegDraft(
        "", ("delivery_id",) if draft.is_delivery else (), kind="none", recipient=route.recipient,
        lane=lane and lane.name, vendor=lane and lane.vendor, action="delete", purposes=route.purposes,
        all_purposes=True, outcome="retained", reason="legal_hold", review_at=held.review_at,
    )  # fmt: skip


def granted_again(ask: Ask, route: Route, after: Standing) -> Iterator[LegDraft]:
    """The vendor forgets the whole person, so grants that are newer than the deletion must reach it once more."""
    lane = route.lane
    if lane is None:
        return
    granted = {
        (purpose, channel): choice.event_id
        for purpose in switchable(ask.policy, lane)
        for channel in lane.channels
        if (choice := after.granted(purpose, channel)) is not None
    }
    cells = grantable(ask.policy, lane, frozenset(granted), after)
    if cells:
        events = tuple(sorted({granted[cell] for cell in cells}))
        yield due(ask, route, "grant", scope(ask.policy, cells, all_purposes=False, grants=events))


def lane_grants(ask: Ask, after: Standing) -> tuple[LegDraft, ...]:
    """What is granted, at every lane that has such data."""
    carried = {r.id: of for r in ask.policy.recipients if (of := ask.policy.carried(r.id, ask.domain))}
    found = routes(ask.policy, ask.lanes, carried, ask.jurisdiction)
    there = (route for route in found if route.lane is not None and route.lane.is_due_in(ask.jurisdiction))
    return tuple(draft for route in there for draft in granted_again(ask, route, after))


def review_legs(case: Case, reason: str) -> Series[Leg]:
    """Where nothing is erased on demand: each use is looked at, and what isn't needed any more is erased."""
    reach = _reach(case.ask)
    ask, elsewhere = case.ask, {purpose for route, _ in reach.erased for purpose in route.purposes}
    ours = tuple(purpose for purpose in ask.purposes if purpose not in elsewhere)
    seen = [_review(ask, route.recipient, route.purposes, reason) for route, _ in reach.erased]
    return legs_of(case, (*seen, *([_review(ask, None, ours, reason)] if ours else ()), *follow_ups(ask)))


def _review(ask: Ask, recipient: str | None, purposes: tuple[str, ...], reason: str) -> LegDraft:
    draft = to_do(ask, "review", "own", recipient, reason)
    return LegDraft(draft.duty, draft.own, **(draft.values | {"purposes": purposes, "all_purposes": False}))


def foreign_legs(case: Case) -> Series[Leg]:
    """A processor acts on its customer's order alone: the request goes to whom it is for."""
    draft = ended(case.ask.action, None, (), "not_applicable", "customers_data")
    return legs_of(case, (to_do(case.ask, "route_to_customer", "reply"), draft, *answers(case.ask)))
