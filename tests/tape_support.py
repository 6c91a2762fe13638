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

    async def begins(self) -> int:
        return 0

    async def next(self, most: int = 500) -> list[ConsumerRecord]:
        given, self.records = self.records[:most], self.records[most:]
        return given
