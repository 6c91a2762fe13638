"""What can be seen of a worker from outside: the kernel's numbers, and how much waits, as its /metrics tells."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.demo.process import WorkerProcess

_KIB_IN_MB = 1000_000 / 1024
_PATIENCE = aiohttp.ClientTimeout(total=2)
_TOLD = {
    "consent_relay_lag_records": "lag_records",
    "consent_relay_lag_seconds": "lag_s",
    "consent_relay_lane_entries": "kept",
    "consent_relay_requests_kept": "requests",
}


class Reading(NamedTuple):
    """One number: `at_s` since the soak's begin, of a worker's `life` (its processes counted from 1) or a vendor's 0.

    measure: memory_mb, descriptors, threads, requests (that it keeps); of a `lane` lag_records, lag_s (age of the
    oldest unsettled, s) and kept (deliveries in its state, a reading for each status); ledger: accepted calls so far.
    """

    at_s: float
    who: str
    life: int
    measure: str
    lane: str
    value: float


class Fault(NamedTuple):
    """From when to when, in s since the soak's begin."""

    what: str
    begin_s: float
    end_s: float


class Lives:
    """Counts the processes that a worker's name has had."""

    def __init__(self) -> None:
        self._pids: dict[str, list[int]] = {}

    def number(self, name: str, pid: int) -> int:
        pids = self._pids.setdefault(name, [])
        if pid not in pids:
            pids.append(pid)
        return pids.index(pid) + 1


def of_process(pid: int, proc: Path = Path("/proc")) -> dict[str, float]:
    """What the kernel says; nothing of a process that has ended."""
    place = proc / str(pid)
    with suppress(OSError, KeyError):
        lines = (place / "status").read_text("utf-8").splitlines()
        told = dict(line.split(":", 1) for line in lines if ":" in line)
        return {
            "memory_mb": int(told["VmRSS"].split()[0]) / _KIB_IN_MB,
            "descriptors": sum(1 for _ in (place / "fd").iterdir()),
            "threads": int(told["Threads"]),
        }
    return {}


def told_in(metrics: str) -> Iterator[tuple[str, str, float]]:
    """Measure, lane (`router`: the router's own) and value, from a scrape's text."""
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name in _TOLD:
                labels = sample.labels
                yield _TOLD[sample.name], labels.get("lane") or labels.get("role", ""), sample.value


async def of_workers(
    session: aiohttp.ClientSession, workers: Mapping[str, WorkerProcess], lives: Lives, at_s: float
) -> list[Reading]:
    """Everything of all that run; of one that is frozen or just starting no lag."""

    async def of_one(name: str, worker: WorkerProcess) -> list[Reading]:
        life = lives.number(name, worker.pid)
        readings = [Reading(at_s, name, life, key, "", value) for key, value in of_process(worker.pid).items()]
        with suppress(aiohttp.ClientError, asyncio.TimeoutError):
            async with session.get(f"{worker.url}/metrics", timeout=_PATIENCE) as answer:
                told = told_in(await answer.text())
                readings += [Reading(at_s, name, life, measure, lane, value) for measure, lane, value in told]
        return readings

    each = await asyncio.gather(*(of_one(name, worker) for name, worker in workers.items()))
    return [reading for readings in each for reading in readings]
