"""Connections that were taken out of `relay.toml` while their lanes still had work: nobody does it, so it is told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from streams.commands.lane_orders import lanes_on
from streams.commands.lanes_served import removed, still_open
from streams.commands.lanes_view import standing
from streams.metrics import definitions as d
from streams.stopping import is_meant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from streams.metrics.registry import Metrics
    from streams.settings import Settings

log = structlog.get_logger()
EVERY_S = 3600.0


@asynccontextmanager
async def telling_removed(settings: Settings, connections: Collection[str], metrics: Metrics) -> AsyncIterator[None]:
    """Look now and every hour, beside everything else, for lanes with open work that have no connection any more."""
    for lane in connections:
        metrics[d.CONFIGURED].labels(lane).set(1)
    looking = asyncio.create_task(_look(settings, connections, metrics))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(settings: Settings, connections: Collection[str], metrics: Metrics) -> None:
    while True:
        try:
            for lane, number in (await left_behind(settings, connections)).items():
                metrics[d.REMOVED].labels(lane).set(number)
                if number:
                    log.error("alarm", alarm="connection_removed", lane=lane, open=number, text=removed(number))
        except asyncio.CancelledError:
            if is_meant():
                raise
        except Exception as error:  # noqa: BLE001 - looked at again whatever it is
            log.warning("removed_lanes_not_read", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def left_behind(settings: Settings, connections: Collection[str]) -> dict[str, int]:
    """Lanes that have topics, but no connection: how many deliveries are open in each.

    Raises:
        SetupError: the broker doesn't answer in time.

    """
    lanes = [lane for lane in await lanes_on(settings) if lane not in connections]
    return {lane: still_open(told) for lane, told in (await standing(settings, lanes)).items()}
