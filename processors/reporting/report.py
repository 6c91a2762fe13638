"""A person's facts as a report: of all that they asked, or of one request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from processors.reporting.fact import controller_of
from processors.reporting.heads import NOT_VERIFIED, signed_heads
from processors.reporting.legs import leg_report
from processors.reporting.matters import matters
from processors.reporting.model import MatterReport, Report
from processors.reporting.rungs import cleaned, proof_of
from processors.reporting.timeline import entries
from processors.reporting.verdict import verdict_of
from processors.reporting.words import discreet
from schemas.errors import InvalidRecord, PolicyError
from schemas.policy import load_policy
from schemas.times import iso
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.reporting.fact import Fact
    from processors.reporting.heads import NewestHead
    from processors.reporting.matters import Matter
    from processors.reporting.model import LegReport
    from schemas.contract import PolicyRef
    from schemas.policy import Policy
    from schemas.records import EventFacts
    from schemas.request import Decision


def report_of(
    facts: Sequence[Fact], now: int, event_id: str | None = None, newest: Mapping[int, NewestHead] | None = None
) -> Report:
    """facts: all of one person, in the order of their times; now: when it is made, µs; newest: heads by partition.

    Raises:
        InvalidRecord: there is nothing of theirs, or not that event.

    """
    about = facts if event_id is None else [fact for fact in facts if fact.record.event_id == event_id]
    found = matters(about)
    if not about or (event_id is not None and not found):
        raise InvalidRecord("the audit has no such event of this person")
    told = tuple(matter_report(one, now) for one in found)
    policies = {(ref.id, ref.version): ref for one in found if (ref := one.request.policy)}
    known = [policy for ref in policies.values() if (policy := policy_of(ref))]
    return Report(
        controller=controller_of(about) or "",
        company=known[-1].controller if known else None,
        subject=about[0].record.pid or "",
        request=event_id,
        made_at=iso(now),
        software=SOFTWARE,
        policies=tuple(ref.model_dump() for ref in policies.values()),
        matters=told,
        timeline=entries(about),
        heads=signed_heads(about, newest) if newest is not None else (),
        verification=NOT_VERIFIED,
    )


def policy_of(ref: PolicyRef | None) -> Policy | None:
    """None: this release doesn't have that version."""
    try:
        return load_policy(ref.id, ref.version) if ref else None
    except PolicyError:
        return None


def matter_report(matter: Matter, now: int) -> MatterReport:
    """now: µs."""
    event, request = matter.event, matter.request
    policy = policy_of(request.policy)
    legs = tuple(leg_report(leg, plan, matter.about(leg), policy, now) for plan, leg in matter.plans())
    summary = _summary(legs)
    return MatterReport(
        event_id=request.event_id,
        status="stale" if matter.is_stale else request.status,
        summary=summary,
        verdict=verdict_of(legs, summary),
        reason=discreet(matter.first.record.reason),
        occurred_at=iso(event.occurred_at),
        received_at=iso(event.received_at),
        judged_at=iso(matter.first.record.at),
        closed_at=iso(request.closed_at) if request.closed_at is not None and legs else None,
        policy=request.policy.model_dump() if request.policy else None,
        extended=_decision(request.extended),
        cancelled=_decision(request.cancelled),
        legs=legs,
        proof=proof_of(matter.first),
        **_said(event),
    )


def _said(event: EventFacts) -> dict[str, Any]:
    """As the event said it itself."""
    same = ("kind", "purposes", "channels", "data_domain", "jurisdiction", "lawful_basis", "method")
    verified, evidence = event.verified_by, event.evidence
    return {
        **{name: getattr(event, name) for name in (*same, "published_by", "supersedes")},
        "expressed_by": event.expressed_by.relation,
        "verified_by": {"method": verified.method, "at": iso(verified.at)} if verified else None,
        "evidence": cleaned(evidence.model_dump(exclude_none=True), discreet) if evidence else None,
    }


_COUNTED = {
    "done": "done",
    "accepted": "only accepted",
    "unasked": "not asked",
    "named": "ended otherwise",
    "failed": "failed",
    "open": "open",
}


def _summary(legs: Sequence[LegReport]) -> str:
    """`5 of 7 done, 1 ended otherwise, 1 open`; never that all is done when something isn't."""
    if not legs:
        return "nothing was due"
    counts = Counter(leg.standing for leg in legs)
    rest = [f"{counts[key]} {word}" for key, word in _COUNTED.items() if key != "done" and counts[key]]  # type: ignore[index]
    return ", ".join((f"{counts['done']} of {len(legs)} done", *rest))


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {"at": iso(decision.at), "by": decision.by, "reason": discreet(decision.reason)}
