"""Whoever follows the audit for a demo or a fault test hears of each record once, whatever becomes of the reader."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

import pytest
from ownership_support import settings_at, until
from stuck_support import cut_off

from schemas.codec import encode
from schemas.origin import Origin
from schemas.records import AuditRecord
from streams import clients, topics
from streams.demo import read
from streams.demo.read import follow_audit
from streams.stopping import at_work, ended

if TYPE_CHECKING:
    from pathlib import Path

    from aiokafka import AIOKafkaConsumer
    from conftest import KafkaUnderTest

    from streams.settings import Settings

RUN = uuid.uuid4().hex


class Heard(list[str]):
    def take(self, record: AuditRecord) -> None:
        """Other tests write to the same audit."""
        if record.software == RUN:
            self.append(record.record_id)


async def write(settings: Settings, *record_ids: str) -> None:
    origin = Origin(topic=topics.EVENTS, partition=0, offset=0)
    async with at_work(clients.writer(settings)) as producer:
        for record_id in record_ids:
            record = AuditRecord(record_id=record_id, kind="planned", at=0, pid="p1.x", origin=origin, software=RUN)
            await producer.send_and_wait(topics.AUDIT, encode(record))


@pytest.mark.usefixtures("topics")
async def test_a_reader_that_lost_its_way_is_replaced_by_one_that_goes_on(
    kafka: KafkaUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[AIOKafkaConsumer] = []

    def kept(settings: Settings) -> AIOKafkaConsumer:
        readers.append(clients.reader(settings))
        return readers[-1]

    monkeypatch.setattr(read, "reader", kept)
    monkeypatch.setattr(read, "_SILENCE_S", 2.0)
    settings, heard = settings_at(kafka.bootstrap, tmp_path), Heard()
    following = asyncio.create_task(follow_audit(settings, heard))
    await write(settings, "a", "b")
    await until(lambda: len(heard) == 2)
    tidy_up = cut_off(readers[-1])
    await write(settings, "c")
    await until(lambda: len(heard) >= 3)
    await ended(following)
    await tidy_up()
    assert sorted(heard) == ["a", "b", "c"]


@pytest.mark.usefixtures("topics")
async def test_it_lets_others_go_on_between_a_few_records(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """The vendors are in the same process: while it reads, they answer nobody."""
    settings, heard, most = settings_at(kafka.bootstrap, tmp_path), Heard(), 0
    written = {f"many-{number}" for number in range(500)}
    await write(settings, *sorted(written))
    following = asyncio.create_task(follow_audit(settings, heard))
    async with asyncio.timeout(30):
        while not written.issubset(heard):
            before = len(heard)
            await asyncio.sleep(0)
            most = max(most, len(heard) - before)
    await ended(following)
    assert 0 < most <= 50
