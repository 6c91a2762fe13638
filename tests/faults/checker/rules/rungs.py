"""Who says that something is done has an accepted call to show for it; and `no_match` is no excuse."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from checker.adapters import ADAPTERS, opened
from checker.delivery import RUNGS, TASK
from checker.finding import Finding
from checker.rules.dues import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.adapters import Account
    from checker.case import Case
    from checker.delivery import Delivery
    from checker.ledger import Call


def rung(case: Case) -> Iterator[Finding]:
    for (who, lane), told in case.told.items():
        account = opened(case.run.connections[lane].adapter, case.run.people.get(who))
        for what in unfounded([one.delivery for one in told], account, case.calls(lane).get(who, [])):
            yield Finding("rung", lane, case.run.pid(who), what)


def unfounded(told: Sequence[Delivery], account: Account, calls: Sequence[Call]) -> Iterator[str]:
    """What is said to be done and can't have been. Each needs a call of its own; which one, its order must tell."""
    left = Counter(call.change[0] for call in calls)
    for one in told:
        action = one.key.action
        if one.made in RUNGS or (one.made == TASK and action == "delete"):
            effect = ADAPTERS[one.adapter].effects[action]
            left[effect] -= 1
            if left[effect] < 0:
                yield f"{named(one.key)} is {one.made}, and the vendor has accepted no call for it"
        elif one.made == "no_match" and not any(call.change[0] == "delete" for call in calls):
            purposes = frozenset(purpose for purpose, _ in one.left)
            if account.asked(action, purposes, everything=False).changes:
                yield f"{named(one.key)} is no_match, and the vendor knows the person"
