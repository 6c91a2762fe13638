"""Does drawn acts one after the other, with a share of the input published around each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from harness.acts import BESIDE
from harness.deeds import DEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.act import Act
    from harness.cluster import Cluster
    from harness.workload import Record

BEYOND_S = 1.0
"""So much longer than until an act strikes its share of the input comes in."""
GAP_S, GAPS = 0.05, 20
"""A relay that keeps up has nothing to do now and then between two parts of the input: so long an act waits."""


class Conductor:
    """say: hears of each act as it strikes. unsettled: how much work was open when each did."""

    def __init__(self, cluster: Cluster, say: Callable[[str], None] = print) -> None:
        self._cluster = cluster
        self._say = say
        self.unsettled: list[int] = []

    async def play(self, acts: Sequence[Act], records: Sequence[Record]) -> None:
        """Do all acts and publish all records, a share before and while each act strikes.

        Raises:
            AssertionError: half of them struck while there was nothing to do, though there are records: who has
                none plays beside somebody who has.

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
        assert not records or 2 * idle < len(acts), f"{idle} of {len(acts)} acts struck while there was nothing to do"

    async def strike(self, act: Act) -> None:
        """Do it while there is work, and what belongs to it; then all workers there are must be ready again."""
        self.unsettled.append(await self._some_work())
        self._say(f"{act}: {self.unsettled[-1]} unsettled")
        await DEEDS[act.what](self._cluster, act)
        if act.what not in BESIDE:
            await self._cluster.recovered(act.whom)

    async def _some_work(self) -> int:
        """How much is unsettled, once something is."""
        for _ in range(GAPS):
            if unsettled := self._cluster.unsettled:
                return unsettled
            await asyncio.sleep(GAP_S)
        return 0
