"""What a contender of a lane's row finds in its directory: one request and one outcome of our lane as templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.handover import Sizes
from processors.engine.caller import build
from processors.engine.connect import vendor_of
from processors.vendors.base import Call, Instruction, Result
from schemas.codec import decode, encode
from schemas.ids import outcome_record_id
from schemas.records import AuditRecord, Delivery
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from pathlib import Path

    from processors.routing.desk import Desk
    from streams.outbox import Out

_TOKEN = {"authorization": f"Bearer {'t' * 64}"}


def write_lane_handover(directory: Path, first: Out, known: Desk) -> Sizes:
    """Write `templates/`: the call that the adapter makes for this delivery, and the audit record it leads to."""
    delivery = decode(Delivery, first.value or b"")
    connection = known.config.connections[delivery.lane]
    call, result = _acted(delivery, known)
    request = build(call, "", _TOKEN, connection.timeout_s)
    outcome = encode(outcome_of(delivery, result))
    templates = directory / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    parts = {"path": request.url, "headers": dict(request.headers), "body": (request.body or b"").decode()}
    (templates / "request.json").write_text(json.dumps(parts), "utf-8")
    (templates / "outcome.avro").write_bytes(outcome)
    return Sizes(len(outcome), len(outcome))


def _acted(delivery: Delivery, known: Desk) -> tuple[Call, Result]:
    """Carry a delivery out by hand: its one call, and its result."""
    vendor = vendor_of(known.config.connections[delivery.lane])
    identities = known.seals.open_identities(delivery.sealed, delivery.pid, delivery.event_id)
    script = vendor.script(
        Instruction(delivery.delivery_id, delivery.action, frozenset(), delivery.all_purposes, identities)
    )
    step = next(script)
    if not isinstance(step, tuple) or len(step) != 1 or not isinstance(step[0], Call):
        raise ValueError(f"{vendor.name} makes more than one call")
    try:
        script.send((vendor.rehearse(step[0]),))
    except StopIteration as done:
        result: Result = done.value
        return step[0], result
    raise ValueError(f"{vendor.name} makes another call after the first")


def outcome_of(delivery: Delivery, result: Result) -> AuditRecord:
    """As a lane writes it."""
    return AuditRecord(
        record_id=outcome_record_id("outcome", delivery.delivery_id, delivery.cycle, result.outcome, 1),
        kind="outcome",
        at=delivery.received_at,
        pid=delivery.pid,
        controller=delivery.controller,
        event_id=delivery.event_id,
        delivery_id=delivery.delivery_id,
        cycle=delivery.cycle,
        lane=delivery.lane,
        action=delivery.action,
        outcome=result.outcome,
        attempt=1,
        reason=result.reason,
        evidence=result.evidence,
        policy=delivery.policy,
        origin=delivery.origin,
        software=SOFTWARE,
    )
