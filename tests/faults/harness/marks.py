"""How far each partition has been worked, as its state topic says it to everybody: committed bookmarks alone."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from checker.avro import decode

from streams import clients, topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.cluster import Cluster

    from streams.settings import Settings

Marks = dict[TopicPartition, list[int]]
_POLL_S = 1.0


def worked(lanes: Iterable[str]) -> dict[str, str]:
    """Every topic that is worked → its state topic."""
    per_lane = {topics.deliveries(lane): topics.lane_state(lane) for lane in lanes}
    return {topics.EVENTS: topics.STATE, topics.AUDIT: topics.REQUESTS, **per_lane}


async def bookmarks(settings: Settings, lanes: Iterable[str]) -> Marks:
    """All bookmarks of every partition that is worked, in their order."""
    return await _marks(settings, worked(lanes))


async def _marks(settings: Settings, states: Mapping[str, str]) -> Marks:
    found: Marks = defaultdict(list)
    for topic, state in states.items():
        async for record in scan(settings, state):
            if record.key == b"!offset":
                mark = decode("bookmark", record.value) or {}
                found[TopicPartition(topic, record.partition)].append(mark["offset"])
    return found


async def caught_up(cluster: Cluster, within_s: float) -> Mapping[TopicPartition, int]:
    """Wait until nothing is left to be worked anywhere; how much is left where, if it takes too long."""
    lags: dict[TopicPartition, int] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while lags := await _lags(cluster.settings, cluster.accounts):
                cluster.check_alive()
                await asyncio.sleep(_POLL_S)
    return lags


async def requests_follow(cluster: Cluster, within_s: float) -> None:
    """Wait until the audit is read for the requests, as far as it goes now.

    Raises:
        AssertionError: it takes too long; says how much is left where.

    """
    settings = cluster.settings
    lags = ends = await _ends(settings, [topics.AUDIT])
    try:
        async with asyncio.timeout(within_s):
            while True:
                lags = _left(await _marks(settings, {topics.AUDIT: topics.REQUESTS}), ends)
                if all(lag < 0 for lag in lags.values()):  # further, over what they have said themselves since
                    return
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise AssertionError(f"the requests don't follow the audit: {lags}") from None


async def _lags(settings: Settings, lanes: Iterable[str]) -> dict[TopicPartition, int]:
    marks = await bookmarks(settings, lanes)
    return _left(marks, await _ends(settings, worked(lanes)))


def _left(marks: Marks, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    lags = {place: end - max(marks[place], default=0) for place, end in ends.items()}
    return {place: lag for place, lag in lags.items() if lag}


async def _ends(settings: Settings, names: Iterable[str]) -> dict[TopicPartition, int]:
    consumer = clients.reader(settings)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for topic in names for number in range(settings.partitions)]
        return dict(await consumer.end_offsets(places))
    finally:
        await consumer.stop()
