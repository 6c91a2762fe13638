"""Partitions of topics that are read from memory."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka import ConsumerRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streams.reconciling.tape import Tape

Pairs = list[tuple[bytes, bytes | None]]
WRITTEN_MS = 1_790_000_000_000


@dataclass
class PaperTape:
    records: list[ConsumerRecord]
    end: int
    first: int = 0

    async def begins(self) -> int:
        return self.first

    async def next(self, most: int = 500) -> list[ConsumerRecord]:
        given, self.records = self.records[:most], self.records[most:]
        return given


@dataclass
class Drawer:
    """logs: by topic, key and value of each record from offset 0 on; opened: from which offset, each time."""

    logs: dict[str, Pairs]
    opened: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def tapes(self, topic: str, partition: int, start: int = 0) -> AsyncIterator[Tape]:
        log = self.logs[topic]
        self.opened.append(start)
        records = [_record(topic, partition, offset, *pair) for offset, pair in list(enumerate(log))[start:]]
        yield PaperTape(records, end=len(log))


def _record(topic: str, partition: int, offset: int, key: bytes, value: bytes | None) -> ConsumerRecord:
    return ConsumerRecord(topic, partition, offset, WRITTEN_MS, 1, key, value, None, 0, 0, ())
