"""The demo's upstream app while its broker is away."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from ownership_support import settings_at, until

from streams import clients, topics
from streams.demo.broker import OwnBroker
from streams.demo.events import Sent
from streams.demo.publisher import Publisher
from streams.demo.read import read_events

if TYPE_CHECKING:
    from pathlib import Path


def some(first: int, count: int) -> list[Sent]:
    return [Sent(f"c-{number % 5}", b"%d" % number, "") for number in range(first, first + count)]


async def test_what_got_no_acknowledgement_is_published_again_and_stands_there_once_and_in_order(
    tmp_path: Path,
) -> None:
    broker = OwnBroker(tmp_path / "kafka")
    try:
        settings = settings_at(await broker.start(), tmp_path)
        admin = await clients.admin(settings)
        await topics.apply(admin, topics.topics([]), settings.partitions, 1)
        await admin.close()
        publisher = Publisher(settings)
        await publisher.publish(some(0, 50))
        await broker.kill()
        publishing = asyncio.create_task(publisher.publish(some(50, 50)))
        await until(lambda: publisher.again >= 50)
        await broker.start_again()
        await publishing
        await publisher.stop()
        log = await read_events(settings)
    finally:
        await broker.stop()
    assert Counter((entry.here.partition, entry.value) for entry in log) == publisher.acknowledged
    assert sorted(int(entry.value or b"") for entry in log) == list(range(100))
    for partition in range(settings.partitions):
        numbers = [int(entry.value or b"") for entry in log if entry.here.partition == partition]
        assert numbers == sorted(numbers)
