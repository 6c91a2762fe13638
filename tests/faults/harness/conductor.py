"""Draws faults from a seed and does them one after the other, with a share of the input published around each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from harness import network
from sizes import BEYOND_SESSION_S, BROKER_FROZEN_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.cluster import Cluster
    from harness.workload import Record

KILL, STOP, FREEZE = "kill", "stop", "freeze"
JOIN, LEAVE, DIE = "join", "leave", "die"
BROKER_KILL, BROKER_STOP, BROKER_FREEZE = "broker killed", "broker stopped", "broker frozen"
BROKERS = {BROKER_KILL, BROKER_STOP, BROKER_FREEZE, *network.KINDS}
LONG = {
    FREEZE: BEYOND_SESSION_S,
    BROKER_FREEZE: BROKER_FROZEN_S,
    network.BLACK_HOLE: BEYOND_SESSION_S,
    network.LATENCY: 5.0,
}
"""What lasts longer than others, s."""
BEYOND_S = 1.0
"""So much longer than until an act strikes its share of the input comes in."""


@dataclass(frozen=True, slots=True)
class Act:
    """lead_s: from the act before until it strikes; away_s: until the part is started again."""

    what: str
    whom: str
    lead_s: float
    away_s: float

    def __str__(self) -> str:
        return f"{self.what} {self.whom}, after {self.lead_s:.1f} s, for {self.away_s:.1f} s"


def draw(seed: int, count: int, kinds: Sequence[str], workers: Sequence[str]) -> tuple[Act, ...]:
    """`count` acts in their order; the same for the same arguments. Each kind comes before any comes again."""
    rng = Random(f"conductor {seed}")
    acts: list[Act] = []
    while len(acts) < count:
        for what in rng.sample(list(kinds), len(kinds)):
            lead, away = round(rng.uniform(0.5, 3.0), 1), round(rng.uniform(0.0, 2.0), 1)
            whom = rng.choice(list(workers))
            away = round(LONG.get(what, 0.0) + away, 1)
            acts.append(Act(what, network.BROKER if what in BROKERS else whom, lead, away))
    return tuple(acts[:count])


class Conductor:
    """say: hears of each act as it strikes. unsettled: how much work was open when each did."""

    def __init__(self, cluster: Cluster, say: Callable[[str], None] = print) -> None:
        self._cluster = cluster
        self._say = say
        self.unsettled: list[int] = []

    async def play(self, acts: Sequence[Act], records: Sequence[Record]) -> None:
        """Do all acts and publish all records, a share before and while each act strikes.

        Raises:
            AssertionError: half of them struck while there was nothing to do.

        """
        share = -(-len(records) // (len(acts) or 1))
        for number, act in enumerate(acts):
            part = records[number * share : (number + 1) * share]
            publishing = asyncio.create_task(self._cluster.publisher.spread(part, act.lead_s + BEYOND_S))
            try:
                await asyncio.sleep(act.lead_s)
                await self.strike(act)
                await publishing
            finally:
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
        idle = self.unsettled.count(0)
        assert 2 * idle < (len(acts) or 1), f"{idle} of {len(acts)} acts struck while there was nothing to do"

    async def strike(self, act: Act) -> None:
        """Do it, and what belongs to it; then all workers there are must be ready again."""
        self.unsettled.append(self._cluster.unsettled)
        self._say(f"{act}: {self.unsettled[-1]} unsettled")
        await self._do(act)
        await self._cluster.recovered(act.whom)

    async def _do(self, act: Act) -> None:
        """What was killed or stopped is started again; who leaves or dies is not."""
        cluster = self._cluster
        if act.what in {KILL, STOP}:
            await (cluster.kill(act.whom) if act.what == KILL else cluster.stop(act.whom))
            await asyncio.sleep(act.away_s)
            await cluster.start_worker(act.whom)
        elif act.what in {FREEZE, BROKER_FREEZE}:
            async with cluster.frozen(act.whom):
                await asyncio.sleep(act.away_s)
        elif act.what in network.KINDS:
            async with network.bad(cluster, act.what, act.whom):
                await asyncio.sleep(act.away_s)
        elif act.what in {BROKER_KILL, BROKER_STOP}:
            async with cluster.broker_away(kill=act.what == BROKER_KILL):
                await asyncio.sleep(act.away_s)
        elif act.what == JOIN:
            await cluster.start_worker(act.whom)
        elif act.what == LEAVE:
            await cluster.stop(act.whom)
        elif act.what == DIE:
            await cluster.kill(act.whom)
