"""A process that can't write a byte to any file: what a full disk does to it, without filling one."""

from __future__ import annotations

import asyncio
import resource
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import aiohttp
from sizes import READY_S

from infra.kafka import broker_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.cluster import Cluster

    from streams.demo.process import WorkerProcess

FAULT = "disk full"
_POLL_S = 0.05


def no_room(pid: int) -> tuple[int, int]:
    """From now on no file of that process may grow; the limits it had."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    return resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))


@asynccontextmanager
async def full(cluster: Cluster, name: str) -> AsyncIterator[None]:
    """So long that worker, once it has started, has no room; one that ends meanwhile starts again with room."""
    worker = await _started(cluster, name)
    async with cluster.fault(FAULT, name):
        pid = worker.pid
        before = no_room(pid)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def _started(cluster: Cluster, name: str) -> WorkerProcess:
    """It answers, ready or not: who has no room while it starts can't start."""
    async with asyncio.timeout(READY_S), aiohttp.ClientSession() as session:
        while True:
            worker = cluster.workers.get(name)
            if worker and await worker.health(session):
                return worker
            await asyncio.sleep(_POLL_S)


async def broker_full(cluster: Cluster) -> None:
    """It ends by itself, as it must, and is started again with room."""
    async with cluster.fault(FAULT, "broker"):
        no_room(cluster.broker.pid)
        assert await cluster.wait(lambda: broker_at(cluster.run.path / "kafka") is None, READY_S)
        await cluster.broker.stop()
        await cluster.broker.start_again()
