"""As many people as wanted, straight into `consent.state`, as routers would have left them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from schemas.codec import encode
from schemas.ids import pid
from schemas.records import Bookmark
from schemas.state import Choice, Seen, SubjectState
from streams import clients, topics
from streams.ownership.tenure import OFFSET_KEY

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Iterable, Iterator

    from aiokafka import AIOKafkaProducer

    from streams.settings import Settings

CONTROLLER = "oomnis"
_PURPOSES = ("marketing-campaigns", "surveys", "comms-marketing", "trend-analytics")
_REMEMBERED = 4
_BLANK_PID = "p1." + "a" * 52
_BLANK_ID = "0190f3a0-0000-7000-8000-00000000000{}"
_TOLD_EVERY = 5_000


def typical(person: str) -> SubjectState:
    """Somebody with a choice about each of four purposes, made by four events."""
    choices = tuple(
        Choice(
            purpose=purpose,
            channel="*",
            status="granted",
            occurred_at=1_767_225_600_000_000 + number,
            event_id=_BLANK_ID.format(number),
            method="web_form",
        )
        for number, purpose in enumerate(_PURPOSES)
    )
    seen = tuple(Seen(event_id=_BLANK_ID.format(number), content_hash="0" * 64) for number in range(_REMEMBERED))
    return SubjectState(pid=person, controller=CONTROLLER, choices=choices, recent=seen)


STATE_BYTES = len(encode(typical(_BLANK_PID)))


def states(pepper: bytes, numbers: Iterable[int]) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of each person. Encoded once: only the pid differs, and all pids are equally long."""
    before, after = encode(typical(_BLANK_PID)).split(_BLANK_PID.encode())
    for number in numbers:
        person = pid(pepper, CONTROLLER, f"c-{number}").encode()
        yield person, before + person + after


async def write_states(settings: Settings, count: int, told: Callable[[int], None]) -> None:
    """Write `count` people, spread evenly, and a bookmark behind them in each partition.

    told: hears how many more were written.
    """
    producer = clients.writer(settings)
    await producer.start()
    try:
        pepper = settings.key("pepper")
        for partition in range(settings.partitions):
            people = states(pepper, range(partition, count, settings.partitions))
            bookmark = encode(Bookmark(offset=0, at=time.time_ns() // 1000))
            await _write(producer, partition, people, told)
            await producer.send_and_wait(topics.STATE, bookmark, key=OFFSET_KEY, partition=partition)
    finally:
        await producer.stop()


async def _write(
    producer: AIOKafkaProducer, partition: int, pairs: Iterable[tuple[bytes, bytes]], told: Callable[[int], None]
) -> None:
    waiting: list[Future[object]] = []
    batch = producer.create_batch()
    written = 0
    for key, value in pairs:
        if batch.append(key=key, value=value, timestamp=None) is None:
            waiting.append(await producer.send_batch(batch, topics.STATE, partition=partition))
            batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=None)
        written += 1
        if written % _TOLD_EVERY == 0:
            told(_TOLD_EVERY)
    if batch.record_count():
        waiting.append(await producer.send_batch(batch, topics.STATE, partition=partition))
    await asyncio.gather(*waiting)
    told(written % _TOLD_EVERY)
