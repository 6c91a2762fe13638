"""What was served goes into the audit before it is served: once for each person, site, state and day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schemas.codec import encode
from streams.topics import AUDIT

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from schemas.records import AuditRecord

WRITE_LIMIT_S = 5.0
MOST = 200_000
"""Ids that are remembered. One that was forgotten, or told by another worker too, is a repeat in the audit."""


class Ledger:
    """Remembers what it has told, the oldest forgotten first."""

    def __init__(self, producer: AIOKafkaProducer, most: int = MOST) -> None:
        self._producer = producer
        self._most = most
        self._told: dict[str, None] = {}

    async def note(self, record: AuditRecord) -> None:
        """Return once it is in the audit, beside the person's other records.

        Raises:
            KafkaError, TimeoutError: it isn't.

        """
        if record.record_id in self._told or record.pid is None:
            return
        place = {"key": record.pid.encode(), "partition": record.origin.partition}
        async with asyncio.timeout(WRITE_LIMIT_S):
            await self._producer.send_and_wait(AUDIT, encode(record), **place)
        self._told[record.record_id] = None
        if len(self._told) > self._most:
            del self._told[next(iter(self._told))]
