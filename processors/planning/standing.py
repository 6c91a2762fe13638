"""What still stands of an event that was planned before a lane was there, and what that lane has to be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.bars import OPTOUTS, bars
from processors.planning.case import Cells, square
from processors.planning.choice_legs import lane_stops
from processors.planning.choices import Standing
from processors.planning.deletion_legs import lane_erasures
from processors.planning.erasing import erases
from processors.planning.holds import held
from processors.planning.kinds import KINDS

if TYPE_CHECKING:
    from processors.planning.case import Case
    from processors.planning.legs import LegDraft
    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.state import SubjectState


def as_of_now(event: ConsentEvent, policy: Policy) -> ConsentEvent | None:
    """An event of the past in words of that policy, told by nobody; None: it is about nothing in that policy."""
    known = policy.purposes_of(event.data_domain)
    purposes = event.purposes
    if purposes is not None:
        purposes = tuple(p for p in policy.with_followers(purposes) if p in known)
    if not known or purposes == ():
        return None
    other = {"purposes": purposes, "vendors_told": None, "policy_id": None, "policy_version": None}
    return event.model_copy(update=other)


def can_stand(kind: str) -> bool:
    """Whether an event of the kind may leave something that a lane has to be told later: a choice or an erasure."""
    return KINDS[kind].way in {"choose", "erase", "minor"}


def standing_legs(case: Case, state: SubjectState) -> tuple[LegDraft, ...]:
    """The legs at the lanes of the case, by the rules for an event that comes now; none where it stands no more.

    state: of now, with all that came after the event.
    """
    policy = case.ask.policy
    after = Standing.of(policy, state.choices, bars(policy, state.marks))
    if case.ask.is_foreign:
        return ()
    kept_by = held(policy, state)
    if erases(case):
        return lane_erasures(case.ask, after, kept_by) if _is_the_last(case, state) else ()
    if case.ask.kind.way not in {"choose", "minor"} or case.ask.action != "withdraw":
        return ()
    cells = _standing(case, state, after)
    return lane_stops(case.ask, cells, kept_by) if cells else ()


def _is_the_last(case: Case, state: SubjectState) -> bool:
    """Of several erasures the last one covers the others; of a customer's data, choices name their own."""
    if case.event.data_domain == "pii":
        return state.erased_at == case.moments.occurred_at
    return any(choice.event_id == case.event.event_id for choice in state.choices)


def _standing(case: Case, state: SubjectState, after: Standing) -> Cells:
    """Where nothing is allowed because of this event: by its own choice, or because it bars a later consent."""
    own = case.event.event_id
    barred = {mark.purpose for mark in state.marks if mark.event_id == own and mark.kind in OPTOUTS}
    return frozenset(
        cell
        for cell in square(case.ask.purposes, case.ask.channels)
        if after.is_withdrawn(*cell) and (cell[0] in barred or _is_by(own, after, *cell))
    )


def _is_by(event_id: str, after: Standing, purpose: str, channel: str) -> bool:
    choice = after.effective(purpose, channel)
    return choice is not None and choice.event_id == event_id and choice.status == "withdrawn"
