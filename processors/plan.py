"""The plan: what one event changes for a person, and what each recipient has to do about it.

Pure: the same event, state, policy, lanes and moment always give the same plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning import clock
from processors.planning.asking import ask_around, offer, restrict
from processors.planning.case import open_case
from processors.planning.choosing import choose
from processors.planning.deletion_legs import foreign_legs
from processors.planning.erasing import erase, minor
from processors.planning.holds import place_hold
from processors.planning.made import Plan, planned
from processors.planning.reopening import lift_hold
from schemas.drafts import Series
from schemas.errors import InvalidRecord
from schemas.state import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.lane import Lane
    from processors.planning.case import Case
    from processors.planning.kinds import Way
    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.state import SubjectState

__all__ = ["Plan", "plan"]
REMEMBERED = 32
"""Repeats are known among so many of a person's last events."""
WAYS: Mapping[Way, Callable[[Case, SubjectState], Plan]] = {
    "choose": choose,
    "erase": erase,
    "minor": minor,
    "ask": ask_around,
    "restrict": restrict,
    "place_hold": place_hold,
    "lift_hold": lift_hold,
    "offer": offer,
}


def plan(  # noqa: PLR0917 - the seven things a plan depends on
    event: ConsentEvent,
    state: SubjectState,
    policy: Policy,
    lanes: tuple[Lane, ...],
    now: int,
    content_hash: str,
    named: str | None = None,
) -> Plan:
    """Plan one event for the person whose state this is; of identities it counts only whether they were erased.

    lanes: those of other controllers are left alone. now: µs at which Kafka took the event in.
    content_hash, named: of the event and of the identities in it, as `schemas.ids` makes them; None: it names nobody.

    Raises:
        InvalidRecord: for the dead letters: reason `event_id_reuse`, `clock` or `invalid`.

    """
    if _is_repeat(event, state, content_hash):
        received_at, _ = clock.received(event, now)
        return Plan("duplicate", None, event.occurred_at, received_at, (), Series(), state)
    case = open_case(event, policy, lanes, clock.judge(event, now), named)
    seen = Seen(event.event_id, content_hash)
    state = state.changed(recent=(*state.recent, seen)[-REMEMBERED:])
    if case.ask.is_foreign and case.ask.kind.answered:
        return planned(case, state, foreign_legs(case))
    return WAYS[case.ask.kind.way](case, state)


def _is_repeat(event: ConsentEvent, state: SubjectState, content_hash: str) -> bool:
    event_id = event.event_id
    hashes = [seen.content_hash for seen in state.recent if seen.event_id == event_id]
    if hashes and content_hash not in hashes:
        raise InvalidRecord("stands for another event already", field="event_id", reason="event_id_reuse")
    return bool(hashes)
