"""The router's throughput by one worker process and by two, on the same machine as their broker."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from bench.proc import cpu_s
from bench.scale.loading import write
from bench.scale.readiness import wait_working
from bench.scale.site import ROUTER, fresh_site
from schemas.connections import load_config
from schemas.errors import RelayError
from streams import clients, topics
from streams.logs import scan
from streams.outbox import Out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from bench.scale.bars import Bars
    from bench.scale.site import Site
    from bench.workload import Placed
    from streams.settings import Settings

STALL_S = 30.0
_POLL_S = 0.05
_STILL_S = 1.5
"""Nothing for so long may mean that all is done: then the audit is counted."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """cores_*: of how many cores each had the time, while `seconds` passed; `workers_cores` is their sum."""

    workers: int
    events: int
    seconds: float
    workers_cores: float
    broker_cores: float

    @property
    def events_per_s(self) -> float:
        return self.events / self.seconds


async def measure(events: Sequence[Placed], workers: int, bars: Bars) -> Throughput:
    """All workers stand ready, then all events become visible at one moment: nobody has a start over the other."""
    async with fresh_site(bars.console) as site:
        routers = [await site.start(f"router-{number}", *ROUTER) for number in range(1, workers + 1)]
        await wait_working(routers, site.settings.partitions)
        producer = clients.writer(site.settings, "consent-relay-scale")
        await producer.start()
        try:
            await producer.begin_transaction()
            with bars.bar(f"{workers} worker(s): loading", len(events)) as told:
                await write(producer, [Out(topics.EVENTS, *event) for event in events], told)  # not yet readable
            with bars.bar(f"{workers} worker(s): routing", None):
                return await _route(site, producer, len(events))
        finally:
            await producer.stop()


async def _route(site: Site, producer: AIOKafkaProducer, events: int) -> Throughput:
    pids = [router.pid for router in site.launched.values()]
    consumer = clients.reader(site.settings)
    await consumer.start()
    try:
        used = sum(map(cpu_s, pids)), cpu_s(site.kafka_pid)
        await producer.commit_transaction()
        began = time.monotonic()
        ended = await _until_audited(site, consumer, events)
        seconds = ended - began
        spent = sum(map(cpu_s, pids)) - used[0], cpu_s(site.kafka_pid) - used[1]
    finally:
        await consumer.stop()
    return Throughput(len(pids), events, seconds, spent[0] / seconds, spent[1] / seconds)


async def _until_audited(site: Site, consumer: AIOKafkaConsumer, events: int) -> float:
    """When the last delivery became readable: `time.monotonic()`.

    Raises:
        RelayError: a worker ended, or nothing moves although events are missing in the audit.

    """
    lanes = load_config(site.directory / "relay.toml").connections
    places = [
        TopicPartition(topics.deliveries(lane), number)
        for lane in lanes
        for number in range(site.settings.partitions)
    ]
    ends: dict[TopicPartition, int] = {}
    moved = counted = time.monotonic()
    while True:
        now_ends, now = await consumer.end_offsets(places), time.monotonic()
        if now_ends != ends:
            ends, moved = now_ends, now
        elif now - max(moved, counted) > _STILL_S:
            counted = now
            if await _audited(site.settings) == events:
                return moved
            if now - moved > STALL_S:
                raise RelayError(f"the routers stand still before all {events} events are in the audit")
        for router in site.launched.values():
            router.check()
        await asyncio.sleep(_POLL_S)


async def _audited(settings: Settings) -> int:
    return sum([1 async for _ in scan(settings, topics.AUDIT)])
