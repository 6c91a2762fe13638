"""One leg as a report tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.closing.retold import EXTENDED
from processors.closing.words import is_exception
from processors.reckoning.saying import day_beside, due_day, mark_of
from processors.reporting import rungs
from processors.reporting.model import Deadline, LegReport
from processors.reporting.words import discreet, result_of, says, standing_of
from schemas.deadlines import HOUSE, law
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.reporting.fact import Fact
    from schemas.policy import Policy
    from schemas.records import Leg
    from schemas.request import RequestLeg

_AS_IT_STANDS = (
    "leg_id", "recipient", "lane", "vendor", "action", "task", "outcome", "cycle", "conflict",
)  # fmt: skip
_NOBODYS = {"told_before": "the vendors", "published": "what was published"}
"""What a leg without a recipient is about."""
_HAS_ENDED = frozenset({"met", "late"})


def leg_report(
    leg: RequestLeg, planned: Leg | None, facts: Sequence[Fact], policy: Policy | None, now: int
) -> LegReport:
    """facts: what was said of it; policy: what the recipient is called there; now: µs."""
    result = result_of(leg)
    recipient = policy.by_recipient.get(leg.recipient or "") if policy else None
    names = ("purposes", "channels", "continues")
    scope: dict[str, Any] = {name: getattr(planned, name) if planned else () for name in names}
    return LegReport(
        **{name: getattr(leg, name) for name in _AS_IT_STANDS},
        **scope,
        basis=planned.basis if planned else None,
        name=recipient.title if recipient else _NOBODYS.get(result),
        role=recipient.role if recipient else None,
        result=result,
        standing=standing_of(result, exception=leg.final and is_exception(leg)),
        says=says(result, leg),
        reason=discreet(leg.reason),
        since=iso(leg.at),
        deadline=_deadline(leg, facts, now),
        told_at=rungs.told_at(facts),
        acknowledged=rungs.reached(facts, rungs.ACKNOWLEDGED, leg.cycle),
        executed=rungs.reached(facts, rungs.EXECUTED, leg.cycle),
        verified=rungs.reached(facts, rungs.VERIFIED, leg.cycle),
        attempts=max((fact.record.attempt or 0 for fact in facts), default=0),
        review_at=_moment(leg.review_at),
        backup_until=_moment(leg.backup_until),
        proofs=tuple(rungs.proof_of(fact) for fact in facts),
    )


def _deadline(leg: RequestLeg, facts: Sequence[Fact], now: int) -> Deadline | None:
    if leg.due_at is None:
        return None
    row, met = law().by_rule.get(leg.rule or ""), _met(leg, leg.due_at, now)
    return Deadline(
        due_at=iso(leg.due_at),
        due_on=due_day(leg.rule, leg.due_at),
        rule=leg.rule,
        mark=leg.mark or mark_of(leg.rule),
        citation=row.citation if row and row.regime != HOUSE else None,
        address=row.address if row and row.regime != HOUSE else None,
        met=met,
        met_at=iso(leg.at) if met in _HAS_ENDED else None,
        met_on=day_beside(leg.rule, leg.due_at, leg.at) if met in _HAS_ENDED else None,
        extended=any(fact.record.kind == EXTENDED for fact in facts),
    )


def _met(leg: RequestLeg, due_at: int, now: int) -> str:
    """`due_at` is the last moment in time."""
    if leg.final:
        if leg.outcome == "superseded":
            return "replaced"
        if is_exception(leg):  # what is kept was not done in time, whatever allows to keep it
            return "not_done"
        return "met" if leg.at <= due_at else "late"
    return "running" if now <= due_at else "overdue"


def _moment(at: int | None) -> str | None:
    return None if at is None else iso(at)
