"""Legs that the audit begins behind planning: a hold is lifted, or a new lane is brought what stands.

Each function lets the person owe such a leg, and returns why it can't have been due, if so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.reconciling.duties import About, Duty, begun_id, split
from schemas.codec import encode
from schemas.ids import delivery_id
from schemas.state import Retained

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.reconciling.duties import People, Person
    from schemas.records import AuditRecord, Leg
    from schemas.state import Choice, Mark, SubjectState

_UNBOUND = "unbound_recipient"


def lifted(people: People, person: Person, record: AuditRecord, leg: Leg) -> str | None:
    """What a hold had kept; where it is done depends on the connections of then, which nobody has kept."""
    pid, event_id = record.pid or "", record.event_id or ""
    own_id, there = begun_id(leg, pid, event_id), split(leg.recipient)
    waits = [d for d in person.of_event(event_id) if not d.announced and not d.recipients.isdisjoint(there)]
    same_place = [duty for duty in waits if duty.lane == leg.lane]
    if same_place and all(duty.id != own_id for duty in same_place):
        return "begins anew as another one than was kept there"
    if not waits and own_id is not None:
        return "begins anew, and no hold that kept it was lifted"
    # What another connection to the same recipients has to do begins anew by itself, and no leg without work ends it.
    nobody_connected = own_id is not None and leg.lane is None
    for old in same_place or [duty for duty in waits if nobody_connected or duty.lane is None]:
        person.hand_over(old, there, pid)
    _take_place(person, leg, record)
    if own_id is not None:
        about = About(pid, record.controller or "", event_id, waits[0].occurred_at, waits[0].received_at)
        duty = Duty(leg, own_id, about)
        duty.unended = max(one.unended for one in waits)
        _owe(people, person, duty, record)
    return None


def brought(people: People, person: Person, record: AuditRecord, leg: Leg) -> str | None:
    """By a backfill: what it is about must stand, by our own state of the person."""
    state, event_id = person.standing, record.event_id or ""
    since = _stands_since(person, state, event_id) if state else None
    if state is None or since is None:
        return "was brought to a new lane, and nothing of that event stands"
    version = record.policy.version if record.policy else ""
    own_id = delivery_id(record.controller or "", event_id, record.lane or "", leg.action or "", version)
    if own_id != record.delivery_id:
        return "was brought to a new lane under an id that is not its own"
    if own_id in person.duties:
        return "was brought to a lane that knows it"
    if leg.outcome == "retained":
        person.state = encode(_kept(person, state, record, leg))
    _take_place(person, leg, record)
    if leg.kind != "none":
        about = About(record.pid or "", record.controller or "", event_id, since, record.at)
        _owe(people, person, Duty(leg, own_id, about), record)
    return None


def began(people: People, person: Person, record: AuditRecord, leg: Leg) -> None:
    """What had kept it, or stands, isn't in the audit any more; what becomes of it is."""
    pid, event_id = record.pid or "", record.event_id or ""
    own_id = begun_id(leg, pid, event_id)
    if own_id is not None:
        about = About(pid, record.controller or "", event_id, record.at, record.at)
        _owe(people, person, Duty(leg, own_id, about), record)


def _owe(people: People, person: Person, duty: Duty, record: AuditRecord) -> None:
    duty.event_id, duty.cycle, duty.is_late_comer = record.event_id or "", record.cycle or 0, True
    people.owe(person, duty)


def _stands_since(person: Person, state: SubjectState, event_id: str) -> int | None:
    """When it was said, µs; None: a newer choice or an erasure has taken its place."""
    said: Iterable[Choice | Mark] = (*state.choices, *state.marks)
    for one in said:
        if one.event_id == event_id:
            return one.occurred_at
    for deletion in person.deletions:
        if (deletion.event_id, deletion.occurred_at) == (event_id, state.erased_at):
            return deletion.occurred_at
    return None


def _take_place(person: Person, leg: Leg, record: AuditRecord) -> None:
    """What waited for a connection waits no more; a person's work isn't ended by a lane that can't do it."""
    there = split(leg.recipient)
    for old in [*person.of_event(record.event_id or "")]:
        to_do = old.lane is None and old.final is None and old.announced and old.action == leg.action
        if to_do and not old.recipients.isdisjoint(there) and (leg.kind != "none" or old.word == _UNBOUND):
            person.hand_over(old, there, record.pid or "")


def _kept(person: Person, state: SubjectState, record: AuditRecord, leg: Leg) -> SubjectState:
    """A hold keeps it from being erased there, until that is lifted."""
    there = split(leg.recipient)
    for place, old in enumerate(state.retained):
        if old.event_id == record.event_id:
            more = old.changed(recipients=tuple(sorted({*old.recipients, *there})))
            return state.changed(retained=(*state.retained[:place], more, *state.retained[place + 1 :]))
    for deletion in person.deletions:
        if deletion.event_id == record.event_id:
            version = record.policy.version if record.policy else ""
            kept = Retained(
                **deletion._asdict(), received_at=record.at, policy_version=version, recipients=there, sealed=None
            )
            return state.changed(retained=(*state.retained, kept))
    return state
