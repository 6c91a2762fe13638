"""Collecting what there is and what should be, for the check."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.demo.accounts import policy_of, terms
from streams.demo.check import Found, Mismatch, differences, repeated_calls
from streams.demo.doubts import settle_doubts
from streams.demo.model import World, expect
from streams.demo.questions import Asked, count_asked, never_asked
from streams.demo.read import count_audit, count_deliveries, read_events
from streams.demo.sharing import Shared, one_by_one, shared_calls
from streams.demo.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.demo.model import Expected
    from streams.demo.order import Outage
    from streams.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Judged:
    """tally: the audit, counted anew; mismatches: all in which relay or vendors differ from the model.

    repeats: calls whose first answer was lost in an outage; twice: events that stand in the log once more than they
    were acknowledged. shared: how many people went in one call; asked: of what.
    """

    tally: Tally
    mismatches: list[Mismatch]
    repeats: int
    twice: int
    shared: list[Shared]
    asked: Asked


async def judge(stage: Stage) -> Judged:
    """Compare what is there now with what the model expects."""
    tally = await count_audit(stage.settings, Tally.of(stage.config))
    world = World(
        config=stage.config,
        policies={cast.controller: policy_of(cast.controller) for cast in stage.casts},
        partitions=stage.settings.partitions,
        people={cast.controller: cast.people for cast in stage.casts},
        terms=terms(),
        broken=frozenset((vendor, person.key) for cast in stage.casts for vendor, person in cast.broken),
        overtaken=tally.overtaken(),
        done=tally.told(),
    )
    log = await read_events(stage.settings)
    expected = expect(log, world)
    async with stage.sandbox.client() as client:
        found = Found(
            tally=tally,
            vendors=await client.everybody(),
            ledger=await client.ledger(),
            written=await count_deliveries(stage.settings, stage.config.connections),
            log=log,
            acknowledged=stage.publisher.acknowledged,
            outages=stage.outages,
            in_vain=in_vain(tally, expected),
        )
    settle_doubts(expected, found, world)
    shared, asked = shared_calls(found.ledger), count_asked(tally.outcomes())
    return Judged(
        tally=found.tally,
        mismatches=[*differences(expected, found, stage.pid_of), *one_by_one(shared), *never_asked(asked, shared)],
        repeats=repeated_calls(expected, found),
        twice=(found.published - found.acknowledged).total(),
        shared=shared,
        asked=asked,
    )


def in_vain(tally: Tally, expected: Expected) -> Mapping[tuple[str, str], list[Outage]]:
    """By (subject_id, vendor): when the person's instructions were to be done of which a try failed there."""
    found = defaultdict(list)
    for key, vendor, outage in tally.in_vain():
        if leg := expected.legs.get(key):
            found[leg.subject_id, vendor].append(outage)
    return found
