"""What can't be carried out is kept byte for byte, and said so in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from processors.routing.incoming import Incoming, Routed
from schemas.codec import decode_raw
from schemas.errors import DataError, UndecodableRecord
from schemas.events import NEVER_LOST, ConsentEvent
from schemas.ids import origin_record_id, pid
from schemas.records import AuditRecord, DeadLetter
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from processors.routing.desk import Desk
    from schemas.policy import Policy


def reject(incoming: Incoming, error: DataError, desk: Desk, policy: Policy | None = None) -> Routed:
    """Dead letter and audit record for a record that broke a rule. Protective ones and holds alarm at once."""
    known = _readable(incoming.value)
    protective = known.get("kind") in NEVER_LOST
    dead_letter = DeadLetter(
        origin=incoming.origin,
        source="router",
        reason=error.reason,
        field=error.field,
        protective=protective,
        sealed=desk.seals.seal_dead(incoming.value, incoming.origin),
        sealed_key=desk.seals.seal_dead(incoming.key, incoming.origin),
        at=incoming.log_time,
    )
    record = AuditRecord(
        record_id=origin_record_id("rejected", incoming.origin),
        kind="rejected",
        at=incoming.log_time,
        reason=error.reason,
        field=error.field,
        policy=policy.ref if policy else None,
        origin=incoming.origin,
        software=SOFTWARE,
        **_who(known, error, desk),
    )
    alarms = [error.reason] if error.reason in {"event_id_reuse", "partition_mismatch"} else []
    if protective:
        alarms.append("protective_rejected")
    return Routed(verdict="rejected", audit=(record,), dead_letter=dead_letter, alarms=tuple(alarms))


def left_in_place(routed: Routed) -> Routed:
    """For a record that is too large even for the dead letters: its bytes stay where they are, at its origin.

    A topic whose limit was raised above theirs must not stand still behind one record.
    """
    letter = routed.dead_letter
    if letter is None:
        return routed
    bare = letter.changed(sealed=None, sealed_key=None, reason="oversize_left_in_place")
    return routed._replace(dead_letter=bare, alarms=(*routed.alarms, "oversize_left_in_place"))


def _readable(value: bytes | None) -> dict[str, Any]:
    try:
        return decode_raw(ConsentEvent, value) if value else {}
    except UndecodableRecord:
        return {}


def _who(known: dict[str, Any], error: DataError, desk: Desk) -> dict[str, Any]:
    """Only what is certainly no identity: a field that broke a rule may hold anything."""
    event_id = _uuid(known.get("event_id"))
    controller = known.get("controller")
    if controller not in desk.config.controllers:
        return {"event_id": event_id}
    person = None if error.field == "subject_id" else pid(desk.pepper, controller, known["subject_id"])
    return {"controller": controller, "pid": person, "event_id": event_id}


def _uuid(text: str | None) -> str | None:
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None
