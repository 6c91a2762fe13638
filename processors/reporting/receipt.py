"""A consent receipt with the fields of ISO/IEC TS 27560:2023, named as there.

Source: the names as the W3C's guide to DPV and ISO/IEC TS 27560 lists them (dpv/guides/consent-27560, sections 6.3.4
to 6.3.7); the standard's own text was not read. What it makes mandatory and nobody told us is null, and stands in
`not_recorded`: the audit and the policy say no language and no storage location, for instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.planning.case import square
from processors.reporting.course import course
from processors.reporting.receipt_parties import parties
from schemas.errors import InvalidRecord
from schemas.events import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.reporting.course import Course
    from processors.reporting.fact import Fact
    from processors.reporting.model import MatterReport, Report
    from schemas.policy import Policy
    from schemas.policy.rows import Purpose

SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#record"
"""Of the record's fields; those of the receipt around it are our own."""
_CONSENT = frozenset({"consent.granted", "consent.withdrawn", "authorisation.withdrawn", "consent.expired"})
"""Kinds that a receipt may be for."""
_STATES = {
    "consent.granted": "given",
    "consent.withdrawn": "withdrawn",
    "objection.raised": "withdrawn",
    "optout.sale": "withdrawn",
    "optout.targeted_ads": "withdrawn",
    "deletion.requested": "withdrawn",
    "authorisation.withdrawn": "revoked",
    "contract.ended": "revoked",
    "consent.expired": "expired",
    "minor.identified": "invalidated",
}
"""Of every kind that may end a consent, in words of the Data Privacy Vocabulary; whether it did, `course` knows."""
_EXPRESSED = frozenset({"web_form", "support"})
"""Methods by which a person has said it; of others nobody told us how it was collected."""
_GIVEN = frozenset({"given", "renewed"})
_REFUSED = frozenset({"separate_consent", "not_named", "other_basis", "barred"})
"""Why a grant may count for only some of the purposes that it is about."""


def consented(report: Report, event_id: str | None = None) -> MatterReport:
    """The event that a receipt is for: the one that is named, else the newest that is about consent.

    Raises:
        InvalidRecord: there is none, it isn't about consent, or it counted for nothing.

    """
    about = [one for one in report.matters if one.kind in _CONSENT and one.status != "stale"]
    if event_id is None and about:
        return max(about, key=lambda one: one.occurred_at)
    for one in report.matters:
        if one.event_id == event_id:
            if one in about:
                return one
            why = f"{one.kind}, which is no consent" if one.kind not in _CONSENT else f"not accepted: {one.reason}"
            raise InvalidRecord(f"no receipt for {event_id}: it is {why}")
    raise InvalidRecord("the audit has no consent event of this person, or not that one")


def receipt(
    report: Report, facts: Iterable[Fact], about: MatterReport, number: str, policy: Policy | None
) -> dict[str, Any]:
    """The receipt of one event.

    facts: those of the report; number: an id of its own (UUID 4); policy: the version that was applied.

    Raises:
        InvalidRecord: it is a grant that counted for nothing.
        PolicyError: as `course`.

    """
    named = _purposes(about, policy)
    became = _became(facts, about, named, policy)
    counted = {purpose for purpose, _ in became.cells}
    purposes = [purpose for purpose in named if purpose in counted]
    events = [_event(one, about) for one in _after(report, about, became)]
    record = {
        "schema_version": SCHEMA,
        "record_id": about.event_id,
        "pii_principal_id": report.subject,
        "pii_processing": [_processing(one, report, about, policy) for one in purposes],
        "party_identification": parties(report, purposes, policy),
        "events": events,
    }
    return {
        "schema_version": "consent-relay.receipt.1",
        "receipt_id": number,
        "issued_time": report.made_at,
        "issued_by": report.software,
        "record": record,
        "state": _state([one["event_state"] for one in events], became),
        "supersedes": about.supersedes,
        "policy": about.policy,
        "evidence": about.evidence,
        "not_recorded": sorted(_unknown(record)),
        "proof": {"place": about.proof.place, "record_id": about.proof.record_id, "leaf": about.proof.leaf},
    }


def _became(facts: Iterable[Fact], about: MatterReport, named: tuple[str, ...], policy: Policy | None) -> Course:
    channels = tuple(one for one in CHANNELS if not about.channels or one in about.channels)
    became = course(facts, about.event_id, square(named, channels))
    if policy is not None and not became.cells and about.kind == "consent.granted":
        raise InvalidRecord(f"no receipt for {about.event_id}: it counted for nothing")
    return became


def _purposes(about: MatterReport, policy: Policy | None) -> tuple[str, ...]:
    """What it is about, but for what its plan left out: such as what must be named alone, and was among others."""
    named = about.purposes
    if named is None:
        named = policy.purposes_of(about.data_domain) if policy else ()
    refused = {purpose for leg in about.legs if leg.reason in _REFUSED for purpose in leg.purposes}
    return tuple(purpose for purpose in named if purpose not in refused)


def _after(report: Report, about: MatterReport, became: Course) -> list[MatterReport]:
    """The event and all later ones that renewed or ended something of it, so that a receipt tells of its end, too."""
    later = [
        one
        for one in report.matters
        if one is about
        or (
            one.event_id in became.spoke
            and one.kind in _STATES
            and one.status != "stale"
            and one.occurred_at >= about.occurred_at
        )
    ]
    return sorted(later, key=lambda one: (one is not about, one.occurred_at))


def _state(told: Sequence[str], became: Course) -> str:
    """Of the whole. told: what each of its events made of it; `unknown`: none of them made what stands."""
    words = [word for word in told if (word in _GIVEN) == (became.left == "all")]
    if not words:
        return "unknown"
    return "partly_withdrawn" if became.left == "part" else words[-1]


def _processing(purpose: str, report: Report, about: MatterReport, policy: Policy | None) -> dict[str, Any]:
    """One purpose. The policy says what it is; the event, on which basis it was used."""
    row = policy.by_purpose.get(purpose) if policy else None
    return {
        "privacy_notice": {"title": policy.title, **(about.policy or {})} if policy else about.policy,
        "language": None,
        "purpose": row.wording if row else None,
        "purpose_type": purpose,
        "lawful_basis": about.lawful_basis,
        "pii_information": _data(row, policy),
        "pii_controllers": [report.controller],
        "collection_method": about.method,
        "storage_locations": None,
        "retention_period": _kept(row, policy),
        "jurisdiction": about.jurisdiction,
        "recipient_third_parties": [flow.to for flow in policy.flows.get(purpose, ())] if policy else [],
        "withdrawal_method": _withdrawal(policy),
        "privacy_rights": [right.id for right in policy.rights if right.offered] if policy else [],
    }


def _data(row: Purpose | None, policy: Policy | None) -> list[dict[str, Any]] | None:
    known = {data.id: data for data in policy.data} if policy else {}
    if row is None or not row.data:
        return None
    return [
        {"pii_type": one, "wording": known[one].wording, "sensitive_pii_category": known[one].sensitive}
        for one in row.data
    ]


def _kept(row: Purpose | None, policy: Policy | None) -> dict[str, Any] | None:
    """The policy's narrowest row for it: how long, and from when on that is counted."""
    if row is None or policy is None:
        return None
    found = [one for one in policy.retention if row.id in one.purposes]
    found += [one for one in policy.retention if set(row.data) & set(one.data)]
    found += [one for one in policy.retention if one.domain == row.domain]
    return {"period": found[0].period, "from": found[0].since} if found else None


def _withdrawal(policy: Policy | None) -> dict[str, Any] | None:
    right = policy.by_right.get("withdrawal") if policy else None
    contacts = {one.id: one for one in policy.contacts} if policy else {}
    contact = contacts.get(right.contact or "") if right else None
    if contact is None:
        return None
    return {"channel": contact.channel, "value": contact.value, "masked": contact.masked}


def _event(one: MatterReport, about: MatterReport) -> dict[str, Any]:
    state = _STATES[one.kind]
    given = state == "given"
    return {
        "event_id": one.event_id,
        "kind": one.kind,
        "event_time": one.occurred_at,
        "received_time": one.received_at,
        "recorded_time": one.judged_at,
        "validity_duration": "until withdrawn" if given else None,
        "entity_id": one.expressed_by,
        "event_type": "expressed" if one.method in _EXPRESSED else None,
        "event_state": "renewed" if given and one is not about else state,
        "verified_by": one.verified_by,
        "purposes": list(one.purposes) if one.purposes is not None else "all",
        "channels": list(one.channels) or "all",
    }


_MANDATORY = (
    "privacy_notice", "language", "purpose", "pii_information", "pii_controllers", "storage_locations",
    "retention_period", "jurisdiction", "withdrawal_method",
)  # fmt: skip
_OF_PARTY = ("party_id", "party_name", "party_address", "party_contact", "party_type")
_OF_EVENT = ("event_time", "validity_duration", "entity_id", "event_type", "event_state")


def _unknown(record: dict[str, Any]) -> set[str]:
    """Mandatory fields that are null somewhere. That the end of a consent is valid for no time is no gap."""
    parts = (("pii_processing", _MANDATORY), ("party_identification", _OF_PARTY), ("events", _OF_EVENT))
    return {
        f"{part}.{name}"
        for part, names in parts
        for one in record[part]
        for name in names
        if one[name] is None and not (name == "validity_duration" and one["event_state"] not in _GIVEN)
    }
