"""The plan: what one event changes for a person, and what each recipient has to do about it.

Pure: the same event, state, policy, lanes and moment always give the same plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from processors.planning import clock
from processors.planning.case import ACTIONS, open_case
from processors.planning.choice_legs import choice_legs
from processors.planning.choices import IMPORTS, Standing, is_imported_grant
from processors.planning.deletion_legs import deletion_legs
from schemas.contract import maker
from schemas.drafts import Series
from schemas.errors import InvalidRecord
from schemas.records import Seen, SubjectState

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.planning.case import Case
    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.records import Leg

REMEMBERED = 32
"""Repeats are known among so many of a person's last events."""
_seen, _state = maker(Seen), maker(SubjectState)


class Plan(NamedTuple):
    """What comes of an event. Moments as judged, µs; `clock_corrected`: the fields that were not believed.

    verdict: `stale`: nothing is due, because of something newer; `duplicate`: taken in before, `state` unchanged.
    """

    verdict: Literal["planned", "stale", "duplicate"]
    reason: str | None
    occurred_at: int
    received_at: int
    clock_corrected: tuple[str, ...]
    legs: Series[Leg]
    state: SubjectState


def plan(  # noqa: PLR0917 - the six things a plan depends on
    event: ConsentEvent,
    state: SubjectState,
    policy: Policy,
    lanes: tuple[Lane, ...],
    now: int,
    content_hash: str,
) -> Plan:
    """Plan one event for the person whose state this is; identities play no part.

    lanes: those of other controllers are left alone. now: µs at which Kafka took the event in.
    content_hash: of the event, as `schemas.ids.content_hash` makes it.

    Raises:
        InvalidRecord: for the dead letters: reason `unsupported_kind`, `event_id_reuse`, `clock` or `invalid`.
        SetupError: a lane that is due can't do what is asked of it.

    """
    if event.kind not in ACTIONS:
        raise InvalidRecord("is not carried out yet", field="kind", reason="unsupported_kind")
    if _is_repeat(event, state, content_hash):
        received_at, _ = clock.received(event, now)
        return Plan("duplicate", None, event.occurred_at, received_at, (), Series(), state)
    case = open_case(event, policy, lanes, clock.judge(event, now))
    seen = _seen({"event_id": event.event_id, "content_hash": content_hash})
    state = _changed(state, recent=(*state.recent, seen)[-REMEMBERED:])
    return _deletion(case, state) if case.ask.action == "delete" else _choice(case, state)


def _changed(state: SubjectState, **changes: Any) -> SubjectState:
    return _state({**state.__dict__, **changes})


def _is_repeat(event: ConsentEvent, state: SubjectState, content_hash: str) -> bool:
    event_id = event.event_id
    hashes = [seen.content_hash for seen in state.recent if seen.event_id == event_id]
    if hashes and content_hash not in hashes:
        raise InvalidRecord("stands for another event already", field="event_id", reason="event_id_reuse")
    return bool(hashes)


def _choice(case: Case, state: SubjectState) -> Plan:
    erased = _precedes_erasure(case, state)
    if case.ask.action == "grant" and erased:
        return _stale(case, state, "grant_before_erasure")
    if case.ask.action == "grant" and _is_import_of_erased(case, state):
        return _stale(case, state, "import_after_erasure")
    before = Standing.of(case.ask.policy, state.choices)
    # A withdrawal from before an erasure is still passed on, but the erased state keeps nothing that old.
    after = before if erased else before.joined_by(case.cells())
    state = _changed(state, choices=after.choices)
    newest = case.newest(before)
    if not newest:
        return _stale(case, state, "overtaken_by_newer")
    return _planned(case, state, choice_legs(case, newest, after))


def _deletion(case: Case, state: SubjectState) -> Plan:
    """`erased_at` speaks of personal data only; of other data, a deletion leaves everything withdrawn."""
    if case.event.data_domain != "pii":
        after = Standing.of(case.ask.policy, (*state.choices, *case.cells()))
        state = _changed(state, choices=after.choices)
        return _planned(case, state, deletion_legs(case, after))
    if _precedes_erasure(case, state):
        return _stale(case, state, "already_erased")
    erased_at = case.moments.occurred_at
    before = Standing.of(case.ask.policy, state.choices)
    kept = [
        c
        for c in before.choices
        if before.domain(c.purpose) != "pii" or (c.occurred_at > erased_at and not is_imported_grant(c))
    ]
    after = Standing.of(case.ask.policy, kept)
    state = _changed(state, choices=after.choices, erased_at=erased_at)
    return _planned(case, state, deletion_legs(case, after))


def _precedes_erasure(case: Case, state: SubjectState) -> bool:
    erased_at = state.erased_at if case.event.data_domain == "pii" else None
    return erased_at is not None and case.moments.occurred_at <= erased_at


def _is_import_of_erased(case: Case, state: SubjectState) -> bool:
    return state.erased_at is not None and case.event.data_domain == "pii" and case.event.method in IMPORTS


def _planned(case: Case, state: SubjectState, legs: Series[Leg]) -> Plan:
    moments = case.moments
    return Plan("planned", None, moments.occurred_at, moments.received_at, moments.corrected, legs, state)


def _stale(case: Case, state: SubjectState, reason: str) -> Plan:
    moments = case.moments
    return Plan("stale", reason, moments.occurred_at, moments.received_at, moments.corrected, Series(), state)
