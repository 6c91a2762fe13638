"""One period of owning one partition: its fenced producer, its bookmark, and the only way to commit."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from schemas.codec import C, encode
from schemas.errors import OwnershipLost
from schemas.records import Bookmark
from streams.outbox import Out, send_all
from streams.ownership.stored import stored
from streams.stopping import closed, dropped, is_meant, stopped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from aiokafka import AIOKafkaProducer

    from schemas.contract import Record
    from streams.ownership.membership import Membership

OFFSET_KEY = b"!offset"
CLEAN_KEY = b"!clean"
QUOTA_KEY = b"!quota"
PULSE_KEY = b"!pulse"
SURGE_KEY = b"!surge"
CONTROL_KEY = b"!control"
"""The next offset of `consent.control` to look at: written with the effect of the command before it."""
ABORT_LIMIT_S = 1.0
COMMIT_LIMIT_S = 20.0
"""Longer than the broker's transaction timeout: by then it has aborted, and a newer owner may be at work."""


def now_micros() -> int:
    return time.time_ns() // 1000


class Tenure:
    """Made by a takeover, good until any error: then it is dropped and the partition is taken over again.

    bookmark: where the work stood at the takeover; start: the first offset to read; clean: the owner before left
    nothing in the air; new: nobody has ever owned the partition; marks: what else the state held under keys with
    `!`; at_end: is there nothing left to read?
    """

    def __init__(
        self,
        *,
        partition: int,
        state_topic: str,
        generation: int,
        producer: AIOKafkaProducer,
        membership: Membership,
        bookmark: Bookmark | None,
        start: int,
        clean: bool,
        new: bool,
        marks: Mapping[bytes, bytes],
        at_end: Callable[[], Awaitable[bool]],
        now: Callable[[], int] = now_micros,
    ) -> None:
        self.partition = partition
        self.generation = generation
        self.bookmark = bookmark
        self.start = start
        self.clean = clean
        self.new = new
        self.at_end = at_end
        self._marks = marks
        self._state_topic = state_topic
        self._producer = producer
        self._membership = membership
        self._now = now
        self._over = self._broken = False
        self.leaving = False
        self.commits = 0
        self.told: Callable[[float, int], None] = lambda *_: None
        """Hears of every transaction: s it took, and its records."""

    def permit(self) -> None:
        """May a vendor be called right now?

        Raises:
            OwnershipLost: the lease ran out, the generation passed, or the partition is being handed over.

        """
        if self._over or self.leaving:
            raise OwnershipLost("the partition is being handed over")
        if self.generation != self._membership.generation or not self._membership.has_lease():
            raise OwnershipLost("no lease: the group may have given the partition to another worker")

    def marked(self, key: bytes) -> Bookmark | None:
        """A mark of the work's own, as the takeover found it."""
        return self.kept(key, Bookmark)

    def kept(self, key: bytes, contract: type[C]) -> C | None:
        """A record of the work's own under a key with `!`, as the takeover found it."""
        value = self._marks.get(key)
        return stored(contract, key, value, self._state_topic, self.partition) if value else None

    def keep(self, key: bytes, record: Record) -> Out:
        """The same, to be committed."""
        return self._out(key, encode(record))

    def drop(self, key: bytes) -> Out:
        """The same, to be forgotten."""
        return self._out(key, None)

    def mark(self, key: bytes, offset: int, *more: int) -> Out:
        """A mark of the work's own, to be committed with what it belongs to. `more`: its `settled`."""
        return self.keep(key, Bookmark(offset=offset, settled=more, at=self._now()))

    async def commit(
        self, outs: Iterable[Out], offset: int, settled: Iterable[int] = (), *, clean: bool | None = None
    ) -> None:
        """Write everything and the bookmark in one transaction. `clean`: leave or remove the mark of a clean end.

        Raises:
            OwnershipLost: fenced, timed out, or anything else: nothing of it is visible, or the takeover sees all.

        """
        if self._over:
            raise OwnershipLost("this tenure is over")
        bookmark = Bookmark(offset=offset, settled=tuple(sorted(settled)), at=self._now())
        marks = [self._out(OFFSET_KEY, encode(bookmark))]
        if clean is not None:
            marks.append(self._out(CLEAN_KEY, b"1" if clean else None))
        records, began = [*outs, *marks], time.monotonic()
        try:
            async with asyncio.timeout(COMMIT_LIMIT_S):
                await self._producer.begin_transaction()
                await send_all(self._producer, records)
                await self._producer.commit_transaction()
        except BaseException as error:
            self._over = self._broken = True
            from_within = isinstance(error, asyncio.CancelledError) and not is_meant()
            if isinstance(error, Exception) or from_within:
                raise OwnershipLost(f"transaction failed ({type(error).__name__})") from error
            raise
        self.bookmark = bookmark
        self.commits += 1
        self.told(time.monotonic() - began, len(records))

    def give_up(self) -> None:
        """From now on nothing is called or committed, whatever of the work still runs."""
        self._over = True

    async def close(self) -> None:
        """Stop the producer; a fenced or cut-off one is not waited for."""
        self._over = True
        if self._broken:  # an open transaction would stop every reader at it until it times out
            try:
                await closed(self._producer.abort_transaction(), ABORT_LIMIT_S)
            finally:  # who is cancelled meanwhile leaves no connection behind
                await dropped(self._producer)
        else:
            await stopped(self._producer)

    def _out(self, key: bytes, value: bytes | None) -> Out:
        return Out(self._state_topic, self.partition, key, value)
