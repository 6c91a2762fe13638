"""Sizes before a transaction, and batches that hold every record in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from schemas.errors import OversizeRecord
from streams.outbox import OVERHEAD, Out, send_all, sized
from streams.topics import AUDIT, DEAD_LETTER, DEAD_LETTER_LIMIT, EVENTS, RECORD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(("topic", "limit"), [(AUDIT, RECORD_LIMIT), (DEAD_LETTER, DEAD_LETTER_LIMIT)])
def test_a_record_may_be_as_large_as_its_topic_takes(topic: str, limit: int) -> None:
    fits = Out(topic, 0, b"key", b"x" * (limit - OVERHEAD - 3))
    assert fits.size == limit
    assert sized([fits]) == [fits]
    one_more = Out(topic, 0, b"key", fits.value + b"x")  # type: ignore[operator]
    with pytest.raises(OversizeRecord, match=f"{limit + 1} bytes for {topic}, which takes {limit}"):
        sized([fits, one_more])


def test_key_and_headers_count_and_a_tombstone_has_no_value() -> None:
    assert Out(AUDIT, 0, b"key", None).size == OVERHEAD + 3
    assert Out(EVENTS, 0, b"key", b"value", (("name", b"1234"),)).size == OVERHEAD + 3 + 5 + 8


@dataclass
class Producer:
    """Real batches; the broker answers at once, or never."""

    batch_size: int = 100_000
    answers: bool = True
    sent: list[tuple[str, int, Any]] = field(default_factory=list)

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(self.batch_size, 0, is_transactional=1)

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[None]:
        await asyncio.sleep(0)
        self.sent.append((topic, partition, batch))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.answers:
            future.set_result(None)
        return future

    def found(self) -> dict[tuple[str, int], list[Any]]:
        """Key, value and headers per topic and partition, in the order sent."""
        found: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for topic, partition, batch in self.sent:
            (read,) = _batches(MemoryRecords(bytes(batch._build())))
            found[topic, partition] += [(each.key, each.value, tuple(each.headers)) for each in read]
        return found


def _batches(memory: Any) -> Iterator[Any]:
    while memory.has_next():
        yield memory.next_batch()


async def test_records_keep_their_order_in_each_partition_whatever_fits_into_a_batch() -> None:
    outs = [
        Out(topic, partition, f"{number}".encode(), b"x" * 300, (("n", b"1"),))
        for number in range(40)
        for topic in (AUDIT, EVENTS)
        for partition in (0, 1)
    ]
    producer = Producer(batch_size=1000)
    await send_all(producer, outs)
    found = producer.found()
    assert len(producer.sent) > 4
    for place in ((AUDIT, 0), (AUDIT, 1), (EVENTS, 0), (EVENTS, 1)):
        assert found[place] == [(f"{number}".encode(), b"x" * 300, (("n", b"1"),)) for number in range(40)]


async def test_what_fits_goes_in_one_batch() -> None:
    producer = Producer()
    await send_all(producer, [Out(AUDIT, 0, b"k", b"v")] * 50)
    assert len(producer.sent) == 1


async def test_the_largest_record_goes_in_a_batch_of_its_own() -> None:
    large = Out(DEAD_LETTER, 0, b"k", b"x" * (DEAD_LETTER_LIMIT - OVERHEAD - 1))
    small = Out(DEAD_LETTER, 0, b"k", b"y")
    producer = Producer(batch_size=16_384)
    await send_all(producer, [small, large, small])
    assert [len(value) for _, value, _ in producer.found()[DEAD_LETTER, 0]] == [1, len(large.value or b""), 1]


async def test_nothing_to_send_is_sent() -> None:
    producer = Producer()
    await send_all(producer, [])
    assert producer.sent == []


async def test_it_ends_only_when_the_broker_has_them_all() -> None:
    producer = Producer(answers=False)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(send_all(producer, [Out(AUDIT, 0, b"k", b"v")]), 0.02)
    assert len(producer.sent) == 1
