"""Whom a backfill had to bring to its lane: everybody for whom something stands, by our own state of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.case import open_case
from processors.planning.clock import Moments
from processors.planning.standing import as_of_now, standing_legs
from processors.reconciling.duties import Wish
from schemas.codec import decode_own, encode
from schemas.events import ConsentEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.lane import Lane
    from processors.planning.legs import LegDraft
    from processors.reconciling.duties import Person
    from schemas.policy import Policy
    from schemas.records import Leg
    from schemas.state import SubjectState


def wished(person: Person, event: ConsentEvent, occurred_at: int, legs: Iterable[Leg]) -> None:
    """A planned event that protects the person; those that left nothing in the state are forgotten."""
    state = person.standing
    if state is None:
        return
    bare = event.model_copy(update={"identities": (), "sealed": None, "subject_id": "", "occurred_at": occurred_at})
    new = Wish(event.event_id, occurred_at, encode(bare), frozenset((leg.lane, None) for leg in legs if leg.lane))
    left = {choice.event_id for choice in state.choices} | {mark.event_id for mark in state.marks}
    person.wishes = tuple(one for one in (*person.wishes, new) if _is_left(one, state, left))


def _is_left(wish: Wish, state: SubjectState, left: set[str]) -> bool:
    return wish.event_id in left or wish.occurred_at == state.erased_at


def told(person: Person, event_id: str | None, lane: str | None, action: str | None) -> None:
    """A backfill has brought this of an event to its lane, or that it did not has been found."""
    new = (lane or "", action)
    person.wishes = tuple(
        one._replace(told=one.told | {new}) if one.event_id == event_id else one for one in person.wishes
    )


def left_out(person: Person, lanes: tuple[Lane, ...], policy: Policy, at: int) -> Iterator[tuple[str, LegDraft]]:
    """What stands when a backfill of a lane has ended, at µs, and never came there: of which event, and what.

    lanes: that one alone, in the same tuple each time, as the planner keeps by it what it has worked out.
    """
    state, lane = person.standing, lanes[0]
    if state is None:
        return
    for wish in person.wishes:
        event = as_of_now(decode_own(ConsentEvent, wish.event), policy)
        if event is None or (lane.name, None) in wish.told:
            continue
        case = open_case(event, policy, lanes, Moments(wish.occurred_at, at, ()))
        for draft in standing_legs(case, state):
            is_due = draft.values["kind"] != "none" or draft.values["outcome"] == "retained"
            if is_due and (lane.name, draft.values["action"]) not in wish.told:
                yield wish.event_id, draft
