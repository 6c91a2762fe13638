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
    from collections.abc import Iterator

    from checker.case import Case


def order(case: Case) -> Iterator[Finding]:
    in_hand, losses = case.run.expect.get("in_hand"), Counter[int | None]()
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
            losses.update(outages.loss(at) for at in read.lost)
            if read.wrong:
                yield Finding("order", lane, case.run.pid(who), read.wrong)
    for number in losses.values():
        if in_hand is not None and number > in_hand:
            what = f"{number} calls of one worker were made again after it died, and {in_hand} can have been in hand"
            yield Finding("order", "all", None, what)
