"""The network between workers and everybody else, and the bad days that it has."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.act import Act
from harness.proxy import HOST, Proxy
from sizes import BEYOND_SESSION_S

from infra.kafka import Tunnel, free_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AsyncExitStack

    from harness.cluster import Cluster

    from infra.sandbox import Sandbox

BROKER = "broker"
KINDS = (LATENCY, RESET, BLACK_HOLE) = ("latency", "reset", "black_hole")
_LATENCY_S = 0.3
"""Each way. A call to a vendor with a token and a look-up before it stays below its limit of 4 s."""
AWAY_S = 15.0
"""So long a fault waits for somebody whom it can strike, at most."""


def draw_weather(seed: int, whom: Sequence[str]) -> tuple[Act, ...]:
    """Each kind before each of these, in any order; the black hole before the broker outlasts the session."""
    rng = Random(f"network {seed}")
    kinds = [(what, where) for where in whom for what in KINDS]
    weathers = []
    for what, where in rng.sample(kinds, len(kinds)):
        longest = (what, where) == (BLACK_HOLE, BROKER)
        lasts = BEYOND_SESSION_S if longest else round(rng.uniform(1, 5), 1)
        weathers.append(Act(what, where, round(rng.uniform(0.2, 2), 1), lasts))
    return tuple(weathers)


async def play(cluster: Cluster, weathers: Sequence[Act], say: Callable[[str], None] = print) -> dict[Act, int]:
    """One after the other, and none where nobody comes by; how many connections each struck."""
    struck = {}
    for weather in weathers:
        await asyncio.sleep(weather.lead_s)
        await _passed(cluster, weather.whom)
        say(f"{weather}: {cluster.unsettled} unsettled")
        async with bad(cluster, weather.what, weather.whom):
            await asyncio.sleep(weather.away_s)
        struck[weather] = cluster.proxies[weather.whom].struck
        say(f"  {struck[weather]} connections struck, {cluster.unsettled} unsettled")
        if weather.whom == BROKER:
            await cluster.recovered(BROKER)
    return struck


async def _passed(cluster: Cluster, whom: str) -> None:
    """Wait until somebody comes by: after the weather before it a lane may keep away from its vendor for a while."""
    proxy = cluster.proxies[whom]
    carried = proxy.carried
    await cluster.wait(lambda: proxy.carried > carried, AWAY_S)


@asynccontextmanager
async def bad(cluster: Cluster, what: str, whom: str) -> AsyncIterator[None]:
    """So is the network before one of them."""
    proxy = cluster.proxies[whom]
    async with cluster.fault(what, whom):
        strike(proxy, what)
        try:
            yield
        finally:
            proxy.heal()


def strike(proxy: Proxy, what: str) -> None:
    if what == LATENCY:
        proxy.latency(_LATENCY_S)
    elif what == RESET:
        proxy.reset()
    else:
        proxy.black_hole()


async def before_vendor(sandbox: Sandbox, stack: AsyncExitStack) -> Proxy:
    """A proxy for a sandbox that has started: whoever asks for its addresses from now on goes through it."""
    place = urlsplit(sandbox.world.base_url)
    proxy = await stack.enter_async_context(Proxy(str(place.hostname), int(place.port or 0)))
    sandbox.world.base_url = f"http://{proxy.address}"
    return proxy


async def before_broker(stack: AsyncExitStack) -> tuple[Proxy, Tunnel]:
    """A proxy for a broker that is to be started, and what that must know of it."""
    port = free_ports().broker
    proxy = await stack.enter_async_context(Proxy(HOST, port))
    return proxy, Tunnel(port, proxy.address)


def through_proxy(cluster: Cluster) -> dict[str, str]:
    """What makes a worker reach the broker through the proxy alone."""
    return {"CONSENT_RELAY_BOOTSTRAP_SERVERS": cluster.proxies[BROKER].address}
