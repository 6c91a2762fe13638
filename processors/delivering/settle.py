"""What is written down about a delivery: audit records, lane state, dead letter. Each as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from schemas.ids import outcome_record_id
from schemas.records import AuditRecord, DeadLetter, Delivery, Evidence, LaneEntry, LaneStatus, Leg
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.delivering.job import Job
    from schemas.errors import VendorError
    from schemas.origin import Origin
    from schemas.records import Command
    from schemas.sealing import Seals


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the lane state as it is from now on. None: the delivery leaves it."""

    delivery: Delivery
    entry: LaneEntry | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A record for the dead letters, not sealed yet. `value`: byte for byte; `pid`: if it could be read. at: µs."""

    offset: int
    value: bytes | None
    reason: str
    at: int
    protective: bool = True
    pid: str | None = None


Record = AuditRecord | Change | Letter
_TIMED = frozenset({"parked", "waiting", "accepted", "verifying", "retained"})


def outcome(
    job: Job,
    word: str,
    wall: int,
    reason: str | None = None,
    evidence: Evidence | None = None,
    *,
    command: Command | None = None,
    review_at: int | None = None,
) -> AuditRecord:
    """The audit's record of what became of a delivery, or of what it waits for. `command`: of who wanted it so."""
    about = outcome_record_id("outcome", job.delivery.delivery_id, job.delivery.cycle, word, job.attempt)
    who = command and command.ref
    made = {"outcome": word, "attempt": job.attempt, "reason": reason, "evidence": evidence, "command": who}
    made["review_at"] = review_at
    return _record(job.delivery, "outcome", about, wall, made)


def done(job: Job, evidence: Evidence, command: Command, wall: int) -> AuditRecord:
    """The audit's record that somebody has carried a delivery out by hand."""
    about = outcome_record_id("outcome", job.delivery.delivery_id, job.delivery.cycle, "done", job.attempt)
    made = {"outcome": "done", "attempt": job.attempt, "reason": command.reason, "evidence": evidence}
    return _record(job.delivery, "outcome", about, wall, {**made, "command": command.ref})


def shrunk(job: Job, wall: int) -> AuditRecord:
    """Newer instructions have taken something out of it: its leg as it is carried out."""
    delivery = job.delivery
    leg = Leg(
        kind="delivery",
        recipient=None,
        lane=delivery.lane,
        action=delivery.action,
        delivery_id=delivery.delivery_id,
        purposes=delivery.purposes,
        channels=delivery.channels,
        overtaken=delivery.overtaken,
        due_at=delivery.due_at,
        rule=delivery.rule,
    )
    gone = str(len(delivery.overtaken))
    about = outcome_record_id("overtaken", delivery.delivery_id, delivery.cycle, gone, 0)
    return _record(delivery, "overtaken", about, wall, {"legs": (leg,)})


def wanted(kind: Literal["cycle", "released"], job: Job, command: Command, wall: int) -> AuditRecord:
    """Somebody wants a failed delivery to be sent once more, or one on hold to be sent."""
    delivery = job.delivery
    about = outcome_record_id(kind, delivery.delivery_id, delivery.cycle, command.command_id, 0)
    return _record(delivery, kind, about, wall, {"reason": command.reason, "command": command.ref})


def reopened(job: Job, reason: str, wall: int) -> AuditRecord:
    """The vendor doesn't show what was done: the delivery is sent once more."""
    delivery = job.delivery
    about = outcome_record_id("cycle", delivery.delivery_id, delivery.cycle, reason, 0)
    return _record(delivery, "cycle", about, wall, {"reason": reason})


def entry(job: Job, status: LaneStatus, wall: int) -> Change:
    """The delivery as the lane state keeps it."""
    kept = LaneEntry(
        delivery=job.delivery,
        status=status,
        attempt=job.attempt,
        since=wall,
        next_at=job.next_at if status in _TIMED else None,
        reason=job.reason,
        refs=job.refs,
        offset=job.offset,
        job_id=job.job_id,
        asked=job.asked,
        until=job.limit_at,
        reopened=job.reopened,
    )
    return Change(job.delivery, kept)


def evidence_of(error: VendorError) -> Evidence | None:
    """What the vendor said instead; None where it said nothing."""
    return None if error.status is None else Evidence(status=error.status, response_sha256=error.response_sha256)


def dead_letter(letter: Letter, place: Origin, seals: Seals) -> DeadLetter:
    """A delivery record that the lane could not carry out. `place`: where that record stands."""
    return DeadLetter(
        origin=place,
        source="lane",
        reason=letter.reason,
        field=None,
        protective=letter.protective,
        sealed=seals.seal_dead(letter.value, place),
        sealed_key=None,
        at=letter.at,
    )


def _record(delivery: Delivery, kind: str, record_id: str, wall: int, more: Mapping[str, Any]) -> AuditRecord:
    return AuditRecord(
        record_id=record_id,
        kind=kind,
        at=wall,
        pid=delivery.pid,
        controller=delivery.controller,
        event_id=delivery.event_id,
        delivery_id=delivery.delivery_id,
        cycle=delivery.cycle,
        lane=delivery.lane,
        action=delivery.action,
        policy=delivery.policy,
        origin=delivery.origin,
        software=SOFTWARE,
        **more,
    )
