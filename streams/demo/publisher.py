"""The upstream app of a demo: what has no acknowledgement is published again, as the very same event."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from schemas.errors import RelayError
from streams import topics
from streams.demo.model import home
from streams.demo.upstream import PATIENCE_S, Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.demo.events import Sent
    from streams.settings import Settings

    Future = asyncio.Future[object]

LIMIT_S = 180.0


class Publisher:
    """acknowledged: how often the broker said that it has a value in a partition; again: events sent anew."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._upstream = Upstream(settings)
        self.stop = self._upstream.stop
        self.acknowledged: Counter[tuple[int, bytes | None]] = Counter()
        self.again = 0

    async def publish(self, events: Sequence[Sent], told: Callable[[int], None] = lambda _: None) -> None:
        """Return when the broker has all of them, each partition in the order given; `told` hears how many it has.

        Raises:
            RelayError: it takes nothing for long.

        """
        waiting, since = list(events), time.monotonic()
        while waiting:
            left = await self._send(waiting)
            if len(left) < len(waiting):
                since = time.monotonic()
            elif time.monotonic() - since > LIMIT_S:
                raise RelayError(f"the broker has taken no event for {LIMIT_S:g} s")
            waiting = left
            told(self.acknowledged.total())

    async def _send(self, events: Sequence[Sent]) -> list[Sent]:
        """Send them; those that got no acknowledgement."""
        futures: list[Future] = []
        try:
            producer = await self._upstream.producer()
            for sent in events:
                key = None if sent.astray else sent.subject_id.encode()
                where = {"key": key, "partition": self._partition(sent)}
                futures.append(await producer.send(topics.EVENTS, sent.value, **where))
            for future in futures:
                async with asyncio.timeout(PATIENCE_S):
                    await asyncio.shield(future)
        except (KafkaError, TimeoutError):
            await self._upstream.give_up()
        good = [_is_good(future) for future in futures] + [False] * (len(events) - len(futures))
        pairs = list(zip(events, good, strict=True))
        self.acknowledged.update((self._partition(sent), sent.value) for sent, is_good in pairs if is_good)
        self.again += len(futures) - sum(good)
        return [sent for sent, is_good in pairs if not is_good]

    def _partition(self, sent: Sent) -> int:
        partitions = self._settings.partitions
        return (home(sent.subject_id, partitions) + sent.astray) % partitions


def _is_good(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
