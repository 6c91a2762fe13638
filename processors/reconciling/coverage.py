"""Whom a stop or a deletion must reach, straight from the rows of the policy: the planner is not asked.

So a planner that forgets a recipient is found out, although what each recipient has to do is taken from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.records import Leg

WHOLE = frozenset({"consent.withdrawn", "deletion.requested"})
"""Kinds that are about everybody who has the data; what others reach depends on law and bases."""
_ELSEWHERE = frozenset({"customers_data", "legal_hold"})
"""Why a recipient need not be named: a processor's customer has to ask, or a hold keeps all of it."""


def unnamed(event: ConsentEvent, policy: Policy, legs: Iterable[Leg]) -> Iterator[str]:
    """Recipients that get the data for a purpose of this event and that no leg names."""
    if event.kind not in WHOLE or event.vendors_told:
        return
    legs = tuple(legs)
    if any(leg.reason in _ELSEWHERE or leg.task == "review" for leg in legs):
        return
    named = {one for leg in legs for one in (leg.recipient or "").split("+")}
    mine = {row.id for row in policy.purposes if row.domain == event.data_domain}
    about = mine if event.purposes is None else mine.intersection(event.purposes)
    for recipient in policy.recipients:
        gets = any(flow.to == recipient.id for purpose in about for flow in policy.flows.get(purpose, ()))
        if gets and recipient.id not in named:
            yield recipient.id
