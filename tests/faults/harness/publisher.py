"""The upstream app of a fault run: what has no acknowledgement is published again, as the very same record."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from streams import topics
from streams.demo.upstream import PATIENCE_S, Upstream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.rundir import RunDir
    from harness.workload import Record

    from streams.settings import Settings

BATCH = 500
EACH_S = 0.5
"""So often comes a part of what is spread."""


class Publisher:
    """Notes what it sends in `input.jsonl` before it is sent, and what the broker has in `acked.jsonl`.

    acked: places in `consent.events`.
    """

    def __init__(self, settings: Settings, run: RunDir) -> None:
        self._run = run
        self._upstream = Upstream(settings)
        self.stop = self._upstream.stop
        self._next = 0
        self.acked: set[tuple[int, int]] = set()

    async def spread(self, records: Sequence[Record], over_s: float) -> None:
        """Publish them evenly over so long; in more time if the broker takes them no faster."""
        parts = math.ceil(over_s / EACH_S) or 1
        for part in range(parts):
            started = time.monotonic()
            await self.publish(records[part * len(records) // parts : (part + 1) * len(records) // parts])
            await asyncio.sleep(over_s / parts - (time.monotonic() - started))

    async def publish(self, records: Sequence[Record], pause_s: float = 0.0) -> None:
        """Return when the broker has all of them, each partition in the order given but for what it took late.

        pause_s: after each batch of 500.
        """
        numbered = list(enumerate(records, self._next))
        self._next += len(records)
        for start in range(0, len(numbered), BATCH):
            waiting = numbered[start : start + BATCH]
            self._run.note("input.jsonl", *(record.as_json(number) for number, record in waiting))
            while waiting:
                waiting = await self._send(waiting)
            await asyncio.sleep(pause_s)

    async def _send(self, waiting: Sequence[tuple[int, Record]]) -> list[tuple[int, Record]]:
        """Send them; those that got no acknowledgement."""
        futures: list[asyncio.Future[object]] = []
        try:
            producer = await self._upstream.producer()
            for _, record in waiting:
                where = {"key": record.key, "partition": record.partition}
                futures.append(await producer.send(topics.EVENTS, record.value, **where))
            await asyncio.wait(futures, timeout=PATIENCE_S)
        except (KafkaError, TimeoutError):
            pass
        taken = {}
        for (number, _), future in zip(waiting, futures, strict=False):
            if future.done():
                with suppress(KafkaError):
                    taken[number] = future.result()
        self._run.note(
            "acked.jsonl",
            *({"n": n, "partition": meta.partition, "offset": meta.offset} for n, meta in taken.items()),  # type: ignore[attr-defined]
        )
        self.acked |= {(meta.partition, meta.offset) for meta in taken.values()}  # type: ignore[attr-defined]
        left = [(number, record) for number, record in waiting if number not in taken]
        if left:
            await self._upstream.give_up()
        return left
