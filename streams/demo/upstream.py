"""An upstream app's way to the broker: given up whenever it takes too long, so that nothing arrives later."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streams import clients
from streams.stopping import dropped, stopped

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from streams.settings import Settings

PATIENCE_S = 5.0
"""An acknowledgement that takes longer isn't waited for."""
_PAUSE_S = 0.2


class Upstream:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def producer(self) -> AIOKafkaProducer:
        """One that has started; raises what the client raises, or TimeoutError."""
        if self._producer is None:
            self._producer = clients.writer(self._settings)
            async with asyncio.timeout(PATIENCE_S):
                await self._producer.start()
        return self._producer

    async def give_up(self) -> None:
        """Let nothing of this producer arrive any more."""
        producer, self._producer = self._producer, None
        if producer:
            await dropped(producer)
        await asyncio.sleep(_PAUSE_S)

    async def stop(self) -> None:
        """Give back the connection; nothing is waiting any more."""
        if self._producer:
            await stopped(self._producer)
