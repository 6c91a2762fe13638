"""When a hold is over, the deletions that it kept back are carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from processors.planning.bars import bars
from processors.planning.choices import Standing
from processors.planning.deletion_legs import erasure, granted_again
from processors.planning.holds import held, lifted
from processors.planning.legs import ended, legs_of
from processors.planning.made import Plan, planned
from processors.planning.routes import Route, routes
from schemas.ids import delivery_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.lane import Lane
    from processors.planning.case import Case
    from processors.planning.holds import Held
    from schemas.policy import Policy
    from schemas.records import Leg
    from schemas.state import Retained, SubjectState


class Reopened(NamedTuple):
    """A leg of an older deletion that begins anew, as cycle 1 of its delivery or, without a lane, of its task."""

    of: Retained
    leg: Leg


def lift_hold(case: Case, state: SubjectState) -> Plan:
    """What no other hold keeps is erased now, by itself."""
    policy = case.ask.policy
    state = lifted(case, state)
    left = held(policy, state)
    again: list[Reopened] = []
    still: list[Retained] = []
    freed: dict[Lane | None, Route] = {}
    for kept in state.retained:
        free = [route for route in _routes(case, kept) if not _keeps(left, policy, route)]
        again += [Reopened(kept, _leg(case, kept, route)) for route in free]
        # Several deletions may free different recipients of one lane, which hears only once of what is granted there.
        for route in free:
            freed[route.lane] = max(freed.get(route.lane, route), route, key=lambda one: len(one.recipient))
        gone = {one for route in free for one in route.recipient.split("+")}
        rest = tuple(one for one in kept.recipients if one not in gone)
        if rest:
            still.append(kept.changed(recipients=rest))
    state = state.changed(retained=tuple(still))
    what = "reopened" if again else "still_held" if left.purposes else "nothing_held"
    after = Standing.of(policy, state.choices, bars(policy, state.marks))
    grants = [draft for route in freed.values() for draft in granted_again(case.ask, route, after)]
    return planned(case, state, legs_of(case, grants or [ended(None, None, (), "not_applicable", what)]), again)


def _keeps(left: Held, policy: Policy, route: Route) -> bool:
    """What a recipient had that the policy has no more nobody can tell: any hold that is left keeps it."""
    if route.recipient.partition("+")[0] not in policy.by_recipient:
        return bool(left.purposes)
    return left.keeps(policy, route.recipient)


def _routes(case: Case, kept: Retained) -> Iterator[Route]:
    """Where it is due now; a recipient that has left the policy has the data still, and is nobody's that we know."""
    policy = case.ask.policy
    for one in kept.recipients:
        if one not in policy.by_recipient:
            yield Route(one, None, ())
    due_there = {one: policy.carried(one, kept.data_domain) for one in kept.recipients if one in policy.by_recipient}
    found = routes(policy, case.ask.lanes, due_there, kept.jurisdiction)
    for route in found:
        if route.lane is None or route.lane.is_due_in(kept.jurisdiction):
            yield route


def _leg(case: Case, kept: Retained, route: Route) -> Leg:
    draft = erasure(case.ask, route, kept.jurisdiction)
    own: dict[str, Any] = {"reopens": kept.event_id}
    if draft.duty:
        own |= case.timing.fills[draft.duty]
    if draft.is_delivery:
        lane = draft.values["lane"]
        own["delivery_id"] = delivery_id(case.event.controller, kept.event_id, lane, "delete", kept.policy_version)
    return draft.filled(own)
