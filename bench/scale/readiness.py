"""How long workers take to be ready, seen from outside."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp

from schemas.errors import RelayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.demo.process import WorkerProcess

ROUTER = "router"
LIMIT_S = 180.0
_POLL_S = 0.01


async def wait_working(workers: Sequence[WorkerProcess], partitions: int) -> None:
    """Wait until the workers' routers work so many partitions between them, and each at least one.

    Raises:
        RelayError: a worker ended, or it takes too long.

    """
    try:
        async with asyncio.timeout(LIMIT_S), aiohttp.ClientSession() as session:
            while not _all_work([await _router(session, worker) for worker in workers], partitions):
                for worker in workers:
                    worker.check()
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise RelayError(f"the workers are not ready after {LIMIT_S:g} s: {workers[0].last_words()}") from None


async def _router(session: aiohttp.ClientSession, worker: WorkerProcess) -> dict[str, Any]:
    """What the worker says of its router; nothing yet while it starts."""
    return dict((await worker.health(session)).get("roles", {}).get(ROUTER, {}))


def _all_work(routers: Sequence[dict[str, Any]], partitions: int) -> bool:
    held = [len(router["partitions"]) for router in routers if router.get("state") == "up" and router["partitions"]]
    return len(held) == len(routers) and sum(held) == partitions


def takeovers_in(lines: Iterable[str], role: str = ROUTER) -> list[dict[str, Any]]:
    """A role's takeovers in a worker's log: one per partition, with `seconds` since the group gave it."""
    found = (json.loads(line) for line in lines if line.startswith("{"))
    return [line for line in found if line.get("event") == "taken_over" and line.get("role") == role]


def last_takeover_s(worker: WorkerProcess, partitions: int, role: str = ROUTER) -> float:
    """From the last assignment of the worker to the last of its partitions being ready."""
    lines = worker.log_file.read_text("utf-8").splitlines()
    return max(float(line["seconds"]) for line in takeovers_in(lines, role)[-partitions:])
