"""How much longer the rule of a leg's deadline lets it be put off, once: as the deadline itself was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.deadlines import extended, limits
from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE
from processors.reckoning.scope import scope
from schemas.deadlines import HOUSE, law
from schemas.errors import ExtensionRefused, SetupError
from schemas.policy import load_policy
from schemas.times import DAY

if TYPE_CHECKING:
    from processors.reckoning.dues import Due
    from schemas.request import Request, RequestLeg

_REASON = "given by who extends it"
_STEPS = 8
"""So often the days off between two moments are looked at anew, at most."""


def extension(request: Request, leg: RequestLeg) -> int | None:
    """Until when, µs; None: it doesn't. Our own target may be put off by as much again."""
    if leg.due_at is None or leg.rule is None:
        return None
    if (days := _house_days(leg.rule)) is not None:
        return leg.due_at + days * DAY
    due = _counted(request, leg.rule, leg.due_at)
    try:
        until = extended(due, _REASON, due.due_at).due_at if due else leg.due_at
    except ExtensionRefused:
        return None
    return until if until > leg.due_at else None


def _house_days(rule: str) -> int | None:
    if rule == INTERNAL_RULE:
        return INTERNAL_LIMIT // DAY
    row = law().by_rule.get(rule)
    return row.target_days if row and row.regime == HOUSE else None


def _counted(request: Request, rule: str, due_at: int) -> Due | None:
    """The deadline by this rule, with the laws that apply beside it; None: they have changed since.

    due_at: it is this one, so that a leg that began anew counts from when it began and not from the request.
    """
    if request.policy is None:
        return None
    begun_at, due = request.received_at, None
    for _ in range(_STEPS):
        try:
            policy = load_policy(request.policy.id, request.policy.version)
            laws = scope(policy.regimes, request.jurisdiction)
            found = limits(laws, request.kind, begun_at, request.occurred_at, request.channels)
        except SetupError:
            return None
        due = next((due for due in found.values() if due.rule == rule), None)
        if due is None or abs(due.due_at - due_at) < DAY // 2:  # a zone's offset may be another one since
            return due
        begun_at += due_at - due.due_at
    return due  # days off may be others since: the nearest that there is
