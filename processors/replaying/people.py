"""What stands for a person after one more event, as the audit tells of it: by the same rules as when it came in.

Two things the audit doesn't hold. Identities: their digests stand for them. Connections: at whom a hold keeps what
should be erased is told by the legs.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import asdict

from processors.plan import plan
from processors.planning.kinds import ERASING
from processors.routing.identities import digest_of, remembered
from schemas.contract import Sealed, defaults_of, maker
from schemas.errors import InvalidRecord
from schemas.events import ConsentEvent
from schemas.policy import load_policy
from schemas.state import Retained, SubjectState

if TYPE_CHECKING:
    from processors.plan import Plan
    from schemas.contract import PolicyRef
    from schemas.policy import Policy
    from schemas.records import AuditRecord, EventFacts, Leg, Named

_event, _BARE = maker(ConsentEvent), defaults_of(ConsentEvent)
_NOT_OF_THE_EVENT = ("content_hash", "named")
JUDGED = frozenset({"planned", "stale"})
"""Kinds of records that change what stands for a person by an event of theirs; see `after`."""


class After(NamedTuple):
    """doubt: in what today's rules differ from what was recorded, or an empty text."""

    state: SubjectState
    doubt: str = ""


def nobody(pid: str, controller: str) -> SubjectState:
    """Of whom nothing is known."""
    return SubjectState(pid=pid, controller=controller)


def event_of(record: AuditRecord, facts: EventFacts) -> ConsentEvent:
    """The event, but for who it is about: what is planned depends on the hash alone. Its moments are as judged."""
    values = {
        **_BARE, **asdict(facts), "event_id": record.event_id, "controller": record.controller, "subject_id": ""
    }  # fmt: skip
    for name in _NOT_OF_THE_EVENT:
        del values[name]
    return _event(values)


def policy_of(ref: PolicyRef) -> tuple[Policy, str]:
    """The policy version that was applied, and a doubt if it reads otherwise by now.

    Raises:
        PolicyError: the registry hasn't got it any more.

    """
    return _applied(ref.id, ref.version, ref.sha256)  # by its texts: a record's own equality takes eight times that


@cache
def _applied(policy_id: str, version: str, sha256: str) -> tuple[Policy, str]:
    policy = load_policy(policy_id, version)
    same = policy.ref.sha256 == sha256
    return policy, "" if same else f"policy {policy_id} {version} was another text when it was applied"


def after(record: AuditRecord, facts: EventFacts, before: SubjectState) -> After:
    """After a `planned` or `stale` event."""
    if record.policy is None:
        return After(before, "an event without the policy that it was judged by")
    policy, doubt = policy_of(record.policy)
    event = event_of(record, facts)
    try:
        made = plan(event, before, policy, (), record.at, facts.content_hash, digest_of(facts.named))
    except InvalidRecord as error:
        return After(before, f"it would be refused today: {error}")
    if made.verdict == "duplicate":
        return After(before)
    if made.verdict != record.kind:
        doubt = doubt or f"recorded as {record.kind}, but today it would be {made.verdict}: {made.reason}"
    state = knowing(event, made, before, facts.named)
    if state.retained is not before.retained:
        state = state.changed(retained=before.retained)
    return After(kept_there(record, facts, state), doubt)


def knowing(event: ConsentEvent, made: Plan, before: SubjectState, named: Named | None) -> SubjectState:
    """The planned state with what is known of the identities. Only the size of what was sealed is told."""
    sealed = None if named is None else _sealed(named.size)
    return remembered(event, made, before, sealed, named)


@lru_cache(1024)
def _sealed(size: int) -> Sealed:
    """Something of that size in its place."""
    return Sealed(key_id="", bytes=bytes(size))


def kept_there(record: AuditRecord, facts: EventFacts, state: SubjectState) -> SubjectState:
    """With what a hold keeps from being erased, by the legs of this record."""
    if facts.kind not in ERASING:
        return state
    legs, event_id = record.legs or (), record.event_id or ""
    there = {one for leg in legs if _is_kept_back(leg) for one in (leg.recipient or "").split("+")}
    if not there:
        return state
    known = {kept.event_id: kept for kept in state.retained}
    if old := known.get(event_id):  # a new connection: it is kept there, too
        there.update(old.recipients)
        known[event_id] = old.changed(recipients=tuple(sorted(there)))
    else:
        known[event_id] = _made(record, facts, tuple(sorted(there)))
    return state.changed(retained=tuple(known.values()))


def _is_kept_back(leg: Leg) -> bool:
    return leg.outcome == "retained" and leg.reason == "legal_hold" and leg.recipient is not None


def _made(record: AuditRecord, facts: EventFacts, recipients: tuple[str, ...]) -> Retained:
    return Retained(
        event_id=record.event_id or "",
        data_domain=facts.data_domain,
        jurisdiction=facts.jurisdiction,
        occurred_at=facts.occurred_at,
        received_at=facts.received_at,
        policy_version=record.policy.version if record.policy else "",
        recipients=recipients,
        sealed=None,
    )


def freed(state: SubjectState, legs: tuple[Leg, ...]) -> SubjectState:
    """After a hold's end: what these legs erase is kept back no more."""
    gone = {(leg.reopens, one) for leg in legs if leg.reopens for one in (leg.recipient or "").split("+")}
    left = [
        kept.changed(recipients=tuple(r for r in kept.recipients if (kept.event_id, r) not in gone))
        for kept in state.retained
    ]
    return state.changed(retained=tuple(kept for kept in left if kept.recipients))
