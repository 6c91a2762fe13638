"""How each act is done and, but for who comes to stay or goes for good, undone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from harness import acts, network
from harness.disks import broker_full, full
from harness.spells import SPELLS, spell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from harness.act import Act
    from harness.cluster import Cluster

    Deed = Callable[[Cluster, Act], Awaitable[None]]

HOUR_S = 3600
GUEST = "guest"


def meanwhile(so: Callable[[Cluster, Act], AbstractAsyncContextManager[None]]) -> Deed:
    """So it is for as long as the act lasts."""

    async def deed(cluster: Cluster, act: Act) -> None:
        async with so(cluster, act):
            await asyncio.sleep(act.away_s)

    return deed


async def _kill(cluster: Cluster, act: Act) -> None:
    await cluster.kill(act.whom)
    await _back(cluster, act)


async def _stop(cluster: Cluster, act: Act) -> None:
    await cluster.stop(act.whom)
    await _back(cluster, act)


async def _back(cluster: Cluster, act: Act) -> None:
    await asyncio.sleep(act.away_s)
    await cluster.start_worker(act.whom)


async def _join(cluster: Cluster, act: Act) -> None:
    await cluster.start_worker(act.whom)


async def _visit(cluster: Cluster, act: Act) -> None:
    """One more worker comes, works for a while and goes in order."""
    await cluster.start_worker(GUEST)
    await cluster.ready()
    await asyncio.sleep(act.away_s)
    await cluster.stop(GUEST)


_frozen = meanwhile(lambda cluster, act: cluster.frozen(act.whom))
_network = meanwhile(lambda cluster, act: network.bad(cluster, act.what, act.whom))
_spell = meanwhile(lambda cluster, act: spell(cluster, act.what, act.whom))
DEEDS: Mapping[str, Deed] = {
    acts.KILL: _kill,
    acts.STOP: _stop,
    acts.FREEZE: _frozen,
    acts.JOIN: _join,
    acts.LEAVE: lambda cluster, act: cluster.stop(act.whom),
    acts.DIE: lambda cluster, act: cluster.kill(act.whom),
    acts.VISIT: _visit,
    acts.BROKER_KILL: meanwhile(lambda cluster, _: cluster.broker_away(kill=True)),
    acts.BROKER_STOP: meanwhile(lambda cluster, _: cluster.broker_away(kill=False)),
    acts.BROKER_FREEZE: _frozen,
    acts.BROKER_FULL: lambda cluster, _: broker_full(cluster),
    acts.CLOCK: meanwhile(lambda cluster, act: cluster.clock_off(act.whom, HOUR_S)),
    acts.FULL: meanwhile(lambda cluster, act: full(cluster, act.whom)),
    **dict.fromkeys(network.KINDS, _network),
    **dict.fromkeys(SPELLS, _spell),
}
