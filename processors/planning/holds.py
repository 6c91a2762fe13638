"""Legal holds: while one is in force, what it is about is kept in spite of a deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.planning import marks
from processors.planning.choices import ALL, all_of
from processors.planning.follow_ups import follow_ups
from processors.planning.legs import LegDraft, ended, legs_of
from processors.planning.made import Plan, planned
from schemas.periods import end_of
from schemas.state import Hold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.planning.case import Case
    from schemas.policy import Policy
    from schemas.state import Mark, SubjectState

REVIEW = "P6M"
"""Our own: by then a hold without a date of its own is looked at again."""


class Held(NamedTuple):
    """`purposes`: that some hold is about; review_at: the first date at which one is looked at again, µs.

    everywhere: one of them isn't in the policy (any more): nobody knows under which name its data is held now.
    """

    purposes: frozenset[str]
    review_at: int | None
    everywhere: bool = False

    def keeps(self, policy: Policy, recipients: str) -> bool:
        """Whether data must stay at one of these recipients (joined by `+`)."""
        if self.everywhere or not self.purposes:
            return self.everywhere
        every = {
            p for one in recipients.split("+") for domain in policy.domains for p in policy.carried(one, domain.id)
        }
        return not every.isdisjoint(self.purposes)

    def noted_on(self, draft: LegDraft) -> LegDraft:
        """A task of which a part is kept."""
        return LegDraft(
            draft.duty, draft.own, **(draft.values | {"reason": "legal_hold", "review_at": self.review_at})
        )


NOTHING_HELD = Held(frozenset(), None)


def held(policy: Policy, state: SubjectState) -> Held:
    """What is held now, wherever data of these purposes is."""
    if not state.holds:
        return NOTHING_HELD
    found: set[str] = set()
    reviews: list[int] = []
    for hold in state.holds:
        about = _about(policy, hold)
        left = {
            purpose
            for purpose in about
            if hold.lifted_at is None and not _is_lifted(policy, state.marks, hold, purpose)
        }
        if left and hold.review_at is not None:
            reviews.append(hold.review_at)
        found |= left
    return Held(frozenset(found), min(reviews, default=None), everywhere=not found <= policy.by_purpose.keys())


def was_lifted(state: SubjectState) -> bool:
    """Whether a hold has ended, or a part of one."""
    return any(hold.lifted_at is not None for hold in state.holds) or any(m.kind == "hold" for m in state.marks)


def _about(policy: Policy, hold: Hold) -> set[str]:
    """A hold of everything is about one kind of data, as the lift of everything is that ends it."""
    wide = {all_of(domain.id): policy.purposes_of(domain.id) for domain in policy.domains}
    named = (ALL,) if hold.purposes is None else hold.purposes
    return {purpose for name in named for purpose in wide.get(name, (name,))}


def _is_lifted(policy: Policy, noted: tuple[Mark, ...], hold: Hold, purpose: str) -> bool:
    known = policy.by_purpose.get(purpose)
    wide = all_of(known.domain if known else "pii")
    return any(m.kind == "hold" and m.purpose in {purpose, wide} and m.occurred_at > hold.placed_at for m in noted)


def place_hold(case: Case, state: SubjectState) -> Plan:
    """From now on a deletion leaves what it is about where it is; what was erased before is gone."""
    event = case.event
    placed_at = case.moments.occurred_at
    review_at = end_of(placed_at, REVIEW) if event.until is None else event.until
    known = {hold.event_id: hold for hold in state.holds}
    lifted = known.get(event.event_id)
    known[event.event_id] = Hold(
        event_id=event.event_id,
        purposes=(all_of(event.data_domain),) if event.purposes is None else case.ask.purposes,
        placed_at=placed_at,
        review_at=review_at,
        lifted_at=lifted.lifted_at if lifted else None,
    )
    state = state.changed(holds=_sorted(known.values()))
    draft = ended(None, None, case.ask.purposes, "retained", "legal_hold")
    dated = type(draft)(**(draft.values | {"review_at": review_at}))
    return planned(case, state, legs_of(case, (dated, *follow_ups(case.ask))))


def lifted(case: Case, state: SubjectState) -> SubjectState:
    """A lift names its hold (`supersedes`), or is about all holds from before it that its purposes cover."""
    event, at = case.event, case.moments.occurred_at
    if event.supersedes is None:
        purposes = (all_of(case.ask.domain),) if case.ask.everything else case.ask.purposes
        over = (marks.made(case, "hold", purpose, on=False) for purpose in purposes)
        return state.changed(marks=marks.joined(state.marks, over))
    known = {hold.event_id: hold for hold in state.holds}
    # A lift may come before its hold: it then stands there already as over.
    unknown = Hold(event_id=event.supersedes, purposes=(), placed_at=at, review_at=None)
    known[event.supersedes] = known.get(event.supersedes, unknown).changed(lifted_at=at)
    return state.changed(holds=_sorted(known.values()))


def _sorted(holds: Iterable[Hold]) -> tuple[Hold, ...]:
    return tuple(sorted(holds, key=lambda hold: hold.event_id))
