"""Each vendor hears of each person what was planned, in that order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from checker.adapters import opened
from checker.finding import Finding
from checker.outages import Outages
from checker.reading import Story
from checker.rules.rungs import unfounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.case import Case


def order(case: Case) -> Iterator[Finding]:
    in_hand, again = case.run.expect.get("in_hand"), list[int]()
    for lane, connection in case.run.connections.items():
        calls = case.calls(lane)
        outages = Outages.of(case.run.faults, lane, case.run.connections, strict=in_hand is not None)
        heard_of = {subject_id for subject_id, other in case.told if other == lane}
        for who in sorted((heard_of | calls.keys()) - case.unplanned(lane)):
            told = [one.delivery for one in case.told.get((who, lane), ())]
            account, made = opened(connection.adapter, case.run.people.get(who)), calls.get(who, [])
            if any(unfounded(told, account, made)):
                continue  # told already
            read = Story(told, account, outages).read(made)
            again += read.again
            if read.wrong:
                yield Finding("order", lane, case.run.pid(who), read.wrong)
    for number in _after_each(case, again).values():
        if in_hand is not None and number > in_hand:
            what = f"{number} calls were made again after one death, and {in_hand} can have been in hand"
            yield Finding("order", "all", None, what)


def _after_each(case: Case, again: Iterable[int]) -> Counter[int]:
    """How many calls were made again after which death, by when that was."""
    deaths = [fault["at"] for fault in case.run.faults]
    return Counter(max((death for death in deaths if death <= at), default=0) for at in again)
