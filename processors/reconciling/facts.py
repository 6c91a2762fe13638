"""An event that is known from the audit alone, as events are kept for 30 days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.contract import trusted
from schemas.events import ConsentEvent

if TYPE_CHECKING:
    from schemas.records import AuditRecord

_event = trusted(ConsentEvent)
_NOBODY = "-"


def event_of(record: AuditRecord) -> ConsentEvent | None:
    """The event without whom it is about: planning needs no more. Its moments are as they were judged then."""
    facts = record.event
    if facts is None or record.event_id is None or record.controller is None:
        return None
    return _event(
        event_id=record.event_id,
        kind=facts.kind,
        controller=record.controller,
        subject_id=_NOBODY,
        purposes=facts.purposes,
        channels=facts.channels,
        data_domain=facts.data_domain,
        policy_version=record.policy.version if record.policy else None,
        jurisdiction=facts.jurisdiction,
        lawful_basis=facts.lawful_basis,
        expressed_by=facts.expressed_by,
        verified_by=facts.verified_by,
        method=facts.method,
        evidence=facts.evidence,
        occurred_at=facts.occurred_at,
        received_at=facts.received_at,
        published_by=facts.published_by,
        supersedes=facts.supersedes,
        until=facts.until,
        age=facts.age,
        vendors_told=facts.vendors_told,
    )
