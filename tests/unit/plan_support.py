"""What the planner's tests share: events in few words, three lanes like those of examples/relay.toml."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from processors.lane import Lane
from processors.plan import Plan, plan
from processors.switches import APART, TOGETHER
from schemas.events import ConsentEvent
from schemas.ids import content_hash
from schemas.policy import load_policy
from schemas.state import SubjectState
from schemas.times import DAY, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.policy import Policy
    from schemas.records import Leg

POLICY = load_policy("oomnis")
NOW = 1_772_442_000 * SECOND  # 2026-03-02T09:00:00Z
MINUTE = 60 * SECOND

CRM = Lane(
    name="zoho-crm",
    controller="oomnis",
    vendor="zoho_crm",
    serves=frozenset({"zoho-one/crm"}),
    regions=None,
    channels=("email",),
    switches=TOGETHER,
    actions=frozenset({"grant", "withdraw", "delete"}),
)
CAMPAIGNS = replace(
    CRM, name="zoho-campaigns", vendor="zoho_campaigns", serves=frozenset({"zoho-one/marketing"}), switches=APART
)
ANALYTICS = replace(
    CRM,
    name="google-analytics",
    vendor="google_analytics",
    serves=frozenset({"google-analytics"}),
    channels=("ads", "web"),
    switches=APART,
)
LANES = (CRM, CAMPAIGNS, ANALYTICS)
KINDS = {"grant": "consent.granted", "withdraw": "consent.withdrawn", "delete": "deletion.requested"}


def event(number: int, action: str, at: int = 0, purposes: Iterable[str] | None = None, **more: Any) -> ConsentEvent:
    """Event `number`, which happened `at` minutes after an hour before NOW."""
    return ConsentEvent.parse(
        {
            "event_id": str(UUID(int=number)),
            "kind": KINDS.get(action, action),
            "controller": "oomnis",
            "subject_id": "c-1001",
            "purposes": None if purposes is None else tuple(purposes),
            "method": "web_form",
            "occurred_at": NOW - 60 * MINUTE + at * MINUTE,
            "published_by": "tests",
            **more,
        }
    )


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(str(UUID(int=number)) for number in numbers)


def fresh() -> SubjectState:
    return SubjectState(pid="p1.test", controller="oomnis")


def run(
    *events: ConsentEvent,
    lanes: tuple[Lane, ...] = LANES,
    now: int = NOW,
    state: SubjectState | None = None,
    policy: Policy = POLICY,
) -> list[Plan]:
    """Plan the events one after the other for one person."""
    state = state or fresh()
    plans = []
    for one in events:
        made = plan(one, state, policy, lanes, now, content_hash(b"pepper", one))
        state = made.state
        plans.append(made)
    return plans


def due(made: Plan, *kinds: str) -> dict[str | None, Leg]:
    """The legs of some kinds by recipient."""
    legs = [leg for leg in made.legs if leg.kind in kinds]
    found = {leg.recipient: leg for leg in legs}
    assert len(found) == len(legs), "one leg a recipient, or the test should look closer"
    return found


def cells(leg: Leg) -> set[tuple[str, str]]:
    overtaken = {(cell.purpose, cell.channel) for cell in leg.overtaken}
    return {(p, c) for p in leg.purposes for c in leg.channels} - overtaken


__all__ = [
    "ANALYTICS", "CAMPAIGNS", "CRM", "DAY", "LANES", "MINUTE", "NOW", "POLICY",
    "cells", "due", "event", "fresh", "ids", "run",
]  # fmt: skip
