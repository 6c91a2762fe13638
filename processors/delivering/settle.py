"""What the vendor's answer settles: audit record, lane state, dead letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.ids import outcome_record_id
from schemas.records import AuditRecord, Cell, DeadLetter, Delivery, Evidence, LaneEntry
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from processors.delivering.queues import Job
    from processors.vendors.base import Result
    from schemas.contract import Origin, Sealed
    from schemas.errors import VendorError
    from schemas.sealing import Seals


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to write. `entry` None: the delivery leaves the lane state."""

    audit: AuditRecord
    entry: LaneEntry | None = None


def attempted(delivery: Delivery, attempt: int, refs: Sealed, now: int) -> Settlement:
    """Before an act that can't be repeated: what is about to be done, so that a redo can ask first."""
    entry = LaneEntry(delivery=delivery, status="attempted", attempt=attempt, since=now, refs=refs)
    return Settlement(_record(delivery, "attempted", attempt, now), entry)


def settle(job: Job, result: Result, attempt: int, now: int) -> Settlement:
    """The vendor did it, can't do it, or never knew the person; a manual task stays open in the lane state."""
    audit = _record(job.delivery, result.outcome, attempt, now)
    audit = audit.model_copy(update={"reason": result.reason, "evidence": result.evidence})
    if result.outcome != "manual_task":
        return Settlement(audit)
    entry = LaneEntry(delivery=job.delivery, status="manual_task", attempt=attempt, since=now, reason=result.reason)
    return Settlement(audit, entry)


def fail(job: Job, error: VendorError, reason: str, attempt: int, now: int) -> Settlement:
    """`failed`, and kept in the lane state so that it can be sent again; the caller writes the dead letter."""
    evidence = None
    if error.status is not None:
        evidence = Evidence(status=error.status, response_sha256=error.response_sha256)
    audit = _record(job.delivery, "failed", attempt, now)
    return Settlement(
        audit.model_copy(update={"reason": reason, "evidence": evidence}),
        LaneEntry(delivery=job.delivery, status="failed", attempt=attempt, since=now, reason=reason),
    )


def dead_letter(
    value: bytes | None, place: Origin, reason: str, now: int, seals: Seals, *, protective: bool = True
) -> DeadLetter:
    """A delivery record that the lane could not carry out, byte for byte. `place`: where that record stands.

    protective: as one that can't even be read may be.
    """
    return DeadLetter(
        origin=place,
        source="lane",
        reason=reason,
        field=None,
        protective=protective,
        sealed=seals.seal_dead(value, place),
        sealed_key=None,
        at=now,
    )


def cells(delivery: Delivery) -> frozenset[tuple[str, str]]:
    """What the delivery is about: purposes × channels without what newer choices took out."""
    gone = {(cell.purpose, cell.channel) for cell in delivery.overtaken}
    return frozenset((p, c) for p in delivery.purposes for c in delivery.channels) - gone


def without(failed: LaneEntry, newer: Delivery) -> LaneEntry | None:
    """A failed delivery after a newer instruction for the same person was settled; None: nothing of it is left.

    A deletion stays open whatever is granted later; only another deletion closes it.
    """
    old = failed.delivery
    if newer.action == "delete":
        return None
    if old.action == "delete":
        return failed
    left = cells(old) - cells(newer)
    if not left:
        return None
    if left == cells(old):
        return failed
    gone = {(p, c) for p in old.purposes for c in old.channels} - left
    overtaken = tuple(Cell(purpose=p, channel=c) for p, c in sorted(gone))
    # A vendor's switch for everything would reach the overtaken cells too.
    rest = old.model_copy(update={"overtaken": overtaken, "all_purposes": False})
    return failed.model_copy(update={"delivery": rest})


def _record(delivery: Delivery, outcome: str, attempt: int, now: int) -> AuditRecord:
    return AuditRecord(
        record_id=outcome_record_id("outcome", delivery.delivery_id, delivery.cycle, outcome, attempt),
        kind="outcome",
        at=now,
        pid=delivery.pid,
        controller=delivery.controller,
        event_id=delivery.event_id,
        delivery_id=delivery.delivery_id,
        cycle=delivery.cycle,
        lane=delivery.lane,
        action=delivery.action,
        outcome=outcome,
        attempt=attempt,
        policy=delivery.policy,
        origin=delivery.origin,
        software=SOFTWARE,
    )
