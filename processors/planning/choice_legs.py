"""Legs of a grant or a withdrawal: for the recipients that its purposes reach, first what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.legs import due, exempt, grantable, not_due, scope
from processors.planning.routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.planning.case import Case
    from processors.planning.choices import Standing
    from processors.planning.routes import Route
    from schemas.records import Leg


def choice_legs(case: Case, before: Standing, after: Standing) -> Iterator[Leg]:
    """`before` and `after`: what stands without and with the event."""
    reached = {
        recipient.id: tuple(p for p in carried if p in case.purposes)
        for recipient in case.policy.recipients
        if (carried := case.policy.carried(recipient.id, case.event.data_domain))
    }
    open_to_choice = {
        recipient: tuple(p for p in purposes if p in case.policy.withdrawable)
        for recipient, purposes in reached.items()
    }
    for route in routes(
        case.policy,
        case.lanes,
        {name: found for name, found in open_to_choice.items() if found},
        case.event.jurisdiction,
    ):
        yield _leg(case, route, before, after)
    for recipient, purposes in reached.items():
        if purposes and not open_to_choice[recipient]:
            yield exempt(case, recipient, purposes, "basis")
    nowhere = tuple(p for p in case.purposes if not case.policy.flows.get(p))
    if nowhere and case.event.purposes is not None:  # named by the person, so answered
        yield exempt(case, None, nowhere, "no_recipient")


def _leg(case: Case, route: Route, before: Standing, after: Standing) -> Leg:
    lane = route.lane
    if lane is not None and not lane.is_due_in(case.event.jurisdiction):
        return not_due(case, route, "not_applicable", "region")
    channels = [c for c in case.channels if lane is None or c in lane.channels]
    if not channels:
        return not_due(case, route, "not_applicable", "channel")
    cells = {(p, c) for p in route.purposes for c in channels if case.outranks(before, p, c)}
    if not cells:
        return not_due(case, route, "superseded", "newer_choice")
    whole = case.event.purposes is None and len(cells) == len(route.purposes) * len(channels)
    if case.action == "grant" and lane is not None:
        cells = grantable(case.policy, lane, cells, after)
        if not cells:
            return not_due(case, route, "not_applicable", "other_purpose_withdrawn")
    return due(case, route, case.action, scope(case.policy, cells, all_purposes=whole))
