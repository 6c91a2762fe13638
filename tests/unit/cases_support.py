"""What the tests of the law's cases share: events under any of the four policies, planned one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from plan_support import fresh

from processors.lane import Lane
from processors.plan import Plan, plan
from processors.switches import APART
from schemas.events import ConsentEvent
from schemas.ids import content_hash
from schemas.policy import load_policy
from schemas.times import DAY, iso, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.records import Leg
    from schemas.state import SubjectState


def said(
    policy: str, number: int, kind: str, at: str, purposes: Iterable[str] | None = None, **more: Any
) -> ConsentEvent:
    """Event `number`, said and received at this moment (ISO 8601)."""
    return ConsentEvent.parse(
        {
            "event_id": str(UUID(int=number)),
            "kind": kind,
            "controller": policy,
            "subject_id": "c-1001",
            "purposes": None if purposes is None else tuple(purposes),
            "method": "web_form",
            "occurred_at": at,
            "received_at": at,
            "published_by": "tests",
            **more,
        }
    )


def lane(policy: str, recipient: str, **more: Any) -> Lane:
    """A connection for one recipient that keeps purposes apart and can do what all adapters can."""
    usual: dict[str, Any] = {
        "name": recipient.replace("/", "-"),
        "controller": policy,
        "vendor": "zoho_campaigns",
        "serves": frozenset({recipient}),
        "regions": None,
        "channels": ("email", "web", "ads"),
        "switches": APART,
        "actions": frozenset({"grant", "withdraw", "delete"}),
    }
    return Lane(**(usual | more))


def run(*events: ConsentEvent, lanes: tuple[Lane, ...] = (), state: SubjectState | None = None) -> list[Plan]:
    """Plan them one after the other for one person, each as it came in."""
    state = state or fresh()
    plans = []
    for one in events:
        now = one.received_at or 0
        made = plan(one, state, load_policy(one.controller), lanes, now, content_hash(b"pepper", one))
        state = made.state
        plans.append(made)
    return plans


def by_recipient(made: Plan) -> dict[str, Leg]:
    """The first leg at each recipient."""
    return {leg.recipient: leg for leg in reversed(tuple(made.legs)) if leg.recipient}


def task(made: Plan, name: str) -> Leg:
    (found,) = [leg for leg in made.legs if leg.task == name]
    return found


def day(micros: int | None, hours: int = 0) -> str:
    """The date of a moment where clocks are so many hours ahead of UTC."""
    assert micros is not None
    return iso(micros + hours * DAY // 24)[:10]


def reasons(made: Plan) -> set[tuple[str | None, str | None]]:
    """Outcome and reason of what ends with planning."""
    return {(leg.outcome, leg.reason) for leg in made.legs if leg.kind == "none"}


def micros(text: str) -> int:
    found = to_micros(text)
    assert isinstance(found, int)
    return found
