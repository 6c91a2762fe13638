"""A partition of a topic that is read from memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


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
