"""What became of one request, for the person or the controller: who has confirmed what.

Acknowledged, executed and verified are three states, and only what ended a leg counts as its end. Words for status
follow OpenDSR 2.0 where it has them; it has none for a request that ended with exceptions. `processing_details` and
`extension_reason` are named as in DRP 1.0. What such documents have and nobody told us is null, and is listed in
`not_recorded`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from schemas.deadlines import HOUSE, law
from schemas.errors import InvalidRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from processors.reporting.model import LegReport, MatterReport, Report, Step
    from schemas.policy import Policy
    from schemas.policy.promises import Backups

SCHEMA = "consent-relay.confirmation.1"
_RIGHTS = {
    "consent.withdrawn": "withdrawal", "consent.expired": "withdrawal", "authorisation.withdrawn": "withdrawal",
    "objection.raised": "objection", "optout.sale": "optout_sale", "optout.targeted_ads": "optout_targeted_ads",
    "restriction.requested": "restriction", "correction.requested": "correction", "access.requested": "access",
    "deletion.requested": "erasure", "minor.identified": "erasure", "contract.ended": "erasure",
}  # fmt: skip
_STOPS = frozenset({"withdrawal", "objection", "optout_sale", "optout_targeted_ads", "restriction"})
_NOWHERE = ("identities", "result_code", "signer_domain")
"""What no confirmation can tell. identities: {type, format} of those that were acted on: the audit has one digest
of all. result_code: `raResultCode` of DDRF 1.0, by which a message is answered; none is exchanged. signer_domain:
where OpenDSR looks for the signer's key; ours is named by its thumbprint, in the signature."""
_OF_RETAINED = ("reason", "law", "review_at")
_ASKED = frozenset({"not_applicable", "superseded"})


def confirmation(report: Report, event_id: str, number: str, policy: Policy | None) -> dict[str, Any]:
    """The confirmation of one request. number: an id of its own; policy: the one that was applied.

    Raises:
        InvalidRecord: the report has no such event, or it is one that asks nobody to stop or erase, as a grant.

    """
    matter = next((one for one in report.matters if one.event_id == event_id), None)
    if matter is None or not matter.is_confirmable:
        raise InvalidRecord(
            "of that event nothing is confirmed, but of withdrawals, deletions, objections, opt-outs and the like"
            if matter
            else "the audit has no such event of this person"
        )
    right = _RIGHTS[matter.kind]
    parties = _by_party(matter.legs, policy)
    return {
        "schema_version": SCHEMA,
        "confirmation_id": number,
        "confirms": "erasure" if right == "erasure" else "stop" if right in _STOPS else "answer",
        "issued_time": report.made_at,
        "issued_by": report.software,
        "request_id": event_id,
        "kind": matter.kind,
        "regulation": _regulations(matter.legs),
        "right": right,
        "subject": report.subject,
        "controller": {"id": report.controller, "name": report.company},
        "policy": matter.policy,
        "purposes": list(matter.purposes) if matter.purposes is not None else "all",
        "channels": list(matter.channels) or "all",
        **_progress(matter),
        **parties,
        **dict.fromkeys(_NOWHERE),
        "not_recorded": sorted({*_NOWHERE, *_unknown(parties)}),
        "proof": asdict(matter.proof),
    }


def _progress(matter: MatterReport) -> dict[str, Any]:
    """When, how far, and whether all is done."""
    return {
        "submitted_time": matter.occurred_at,
        "received_time": matter.received_at,
        "expected_completion_time": max((leg.deadline.due_at for leg in matter.legs if leg.deadline), default=None),
        "completed_time": matter.closed_at,
        "status": _status(matter),
        "result": matter.summary,
        "processing_details": _details(matter),
        "all_done": all(leg.standing == "done" for leg in matter.legs) and matter.closed_at is not None,
        "results_count": len(matter.legs),
        "states": {
            "acknowledged": sum(leg.acknowledged is not None for leg in matter.legs),
            "executed": sum(leg.executed is not None for leg in matter.legs),
            "verified": sum(leg.verified is not None for leg in matter.legs),
        },
        "extension": matter.extended,
        "extension_reason": matter.extended["reason"] if matter.extended else None,
    }


def _details(matter: MatterReport) -> str:
    """The answer, and why the time expected is another than before."""
    if matter.extended is None:
        return matter.verdict.text
    return f"{matter.verdict.text} More time was taken on {matter.extended['at'][:10]}: {matter.extended['reason']}."


def _unknown(parties: dict[str, Any]) -> Iterator[str]:
    """What is null of what is kept and where, though there is such a thing."""
    yield from (f"retained.{name}" for one in parties["retained"] for name in _OF_RETAINED if one[name] is None)
    if parties["backups"]["until"] is not None and parties["backups"]["isolated"] is None:
        yield "backups.isolated"


def _by_party(legs: Sequence[LegReport], policy: Policy | None) -> dict[str, Any]:
    """What each party did, what is kept and where."""
    backups = [leg for leg in legs if leg.backup_until]
    return {
        "legs": [_leg(leg) for leg in legs],
        "retained": [_kept(leg) for leg in legs if leg.result == "retained" and not leg.backup_until],
        "backups": {
            "until": max((leg.backup_until or "" for leg in backups), default=None),
            "isolated": _isolated(policy.backups) if policy and policy.backups else None,
        },
        "downstream": [
            {"party": leg.recipient, "name": leg.name, "status": leg.result, "done": leg.standing == "done"}
            for leg in legs
            if leg.recipient is not None and leg.result not in _ASKED
        ],
    }


def _isolated(backups: Backups) -> bool | None:
    """None: the policy is silent, and what is signed must not say for it that they are not."""
    return backups.isolated if "isolated" in backups.model_fields_set else None


def _status(matter: MatterReport) -> str:
    """`pending` until a recipient has heard of it, then `in_progress`, then as the request was closed."""
    if matter.status == "open":
        heard = any(leg.acknowledged or leg.executed for leg in matter.legs)
        return "in_progress" if heard else "pending"
    return "cancelled" if matter.cancelled else matter.status


def _regulations(legs: Iterable[LegReport]) -> list[str]:
    """The laws by whose rows the legs are due; none where they are our own targets alone."""
    rows = (law().by_rule.get(leg.deadline.rule or "") for leg in legs if leg.deadline)
    return sorted({row.regime for row in rows if row and row.regime != HOUSE})


def _leg(leg: LegReport) -> dict[str, Any]:
    return {
        "leg_id": leg.leg_id,
        "attempt": leg.attempts,
        "party": leg.recipient or leg.name or "the controller itself",
        "scope": list(leg.purposes),
        "action": leg.task or leg.action,
        "acknowledged": _step(leg.acknowledged),
        "executed": _step(leg.executed),
        "verified": _step(leg.verified),
        "status": leg.result,
        "reason": leg.reason,
        "text": leg.says,
        "deadline": asdict(leg.deadline) if leg.deadline else None,
    }


def _step(step: Step | None) -> dict[str, Any] | None:
    return asdict(step) if step else None


def _kept(leg: LegReport) -> dict[str, Any]:
    """law: on what ground, as the policy calls it."""
    return {
        "party": leg.recipient or "the controller itself",
        "category": list(leg.purposes),
        "reason": leg.reason,
        "law": leg.basis,
        "review_at": leg.review_at,
    }
