"""The notary's work on one partition: the audit in, signed heads of its tree out."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from processors.notarising.leaf import leaf_of
from processors.notarising.note import Checkpoint, sign
from processors.notarising.tree import HASH_BYTES, Edge
from schemas.errors import StateUnreadable
from schemas.tree_edge import TreeEdge
from streams import topics
from streams.metrics.meters import NotaryMeter
from streams.notary.beginning import leaf_in, listed, number_of
from streams.notary.heads import head_out
from streams.notary.resuming import grow, largest
from streams.outbox import sized
from streams.ownership.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Hashable, Mapping, Sequence

    from aiokafka import ConsumerRecord

    from streams.notary.office import Office
    from streams.ownership.tenure import Tenure

EDGE_KEY = b"!edge"
SLICE_S = 0.005
"""So long hashes are made in one go ..."""
RESTS = 4
"""... and so many times as long nobody makes any: the other roles come first."""


class NotaryWork(Inbox):
    """Keeps the tree of a partition. One object per tenure."""

    def __init__(self, office: Office, partition: int) -> None:
        super().__init__()
        self._office = office
        self._partition = partition
        self._edge = Edge()
        self._signed: Checkpoint | None = None  # a head that the tree grows to again
        self._looked = 0  # heads that were looked through for it
        self._leaves = bytearray()
        self._since: float | None = None  # when the first of them came
        self._meter = NotaryMeter(office.metrics)
        self._commits = 0

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        """The state holds nothing but marks."""

    def holds(self) -> Mapping[str, int]:
        return {}

    def duties(self) -> Mapping[str, Hashable]:
        found: dict[str, Hashable] = {}
        if self._waiting:
            found["read"] = (self._next, self._looked)
        if self._is_due():
            found["sign"] = self._commits
        return found

    async def run(self, tenure: Tenure) -> None:
        """Sign until drained; what is still waiting then, the next owner reads again.

        Raises:
            OwnershipLost: anything says that the partition may not be ours.
            StateUnreadable: nobody can read where the tree stands.

        """
        self._next = tenure.start
        await self._take_up(tenure)
        while not self._draining:
            self._wake.clear()
            await self._read()
            if self._is_due():
                await self._sign(tenure)
            if not self._waiting:
                await self._rest()
        while self._waiting and not self._is_full():
            await self._read()
        if self._leaves:
            await self._sign(tenure, clean=True)
        else:
            await tenure.commit([], self._next, clean=True)

    async def _take_up(self, tenure: Tenure) -> None:
        """Go on from the last head; whoever signed it may have died before its witness had it."""
        kept = tenure.kept(EDGE_KEY, TreeEdge)
        if kept and tenure.new:  # only the bookmark was lost: the edge is not that of where we begin
            await tenure.commit([tenure.drop(EDGE_KEY)], tenure.start)
            kept = None
        if kept is None:
            await self._find_place()
            return
        try:
            self._edge = Edge(kept.size, kept.hashes)
        except ValueError:
            raise StateUnreadable(
                f"{topics.NOTARY}[{self._partition}] holds an edge that is none of a tree"
            ) from None
        await self._witness(kept.checkpoint)

    async def _find_place(self) -> None:
        """Without an edge nothing was ever signed, or it was lost: then the first records tell where we are."""
        while not (self._waiting or self._draining):
            self._wake.clear()
            await self._wake.wait()
        if not self._waiting:
            return
        async with aclosing(self._heads()) as heads:
            self._signed = await largest(heads, self._office.keys, self._office.origin(self._partition))
        if self._signed is None:
            return
        async with aclosing(self._heads()) as heads:
            number = await number_of([leaf_in(record) for record in self._waiting], listed(heads))
        async with aclosing(self._heads()) as heads:
            await grow(self._edge, listed(heads), number)
        self._compare()

    async def _heads(self) -> AsyncGenerator[ConsumerRecord]:
        async with aclosing(self._office.heads(self._partition)) as heads:
            async for record in heads:
                self._looked += 1
                yield record
                await asyncio.sleep(0)

    def _compare(self) -> None:
        """Where the tree is as large as what was signed, it must be that one."""
        if self._signed and self._edge.size >= self._signed.size and self._edge.root() != self._signed.root:
            raise StateUnreadable(
                f"{topics.CHECKPOINTS}[{self._partition}] has a head of {self._signed.size} records that is of "
                "another tree than the audit's: `audit verify` says what was changed, nothing is signed meanwhile"
            )

    def _add(self, leaf: bytes) -> None:
        """What a head has already isn't signed again."""
        self._edge.add(leaf)
        if self._signed is None or self._edge.size > self._signed.size:
            self._leaves += leaf
        else:
            self._compare()

    async def _read(self) -> None:
        """What waits, for a moment."""
        async with self._office.turn:
            began = time.perf_counter()
            while self._waiting and not self._is_full():
                record = self._waiting.popleft()
                self._add(leaf_of(record.timestamp, record.key, record.value, record.headers))
                self._next = record.offset + 1
                if time.perf_counter() - began > SLICE_S:
                    break
            if self._leaves and self._since is None:
                self._since = time.monotonic()
            if self._waiting:
                await asyncio.sleep(RESTS * (time.perf_counter() - began))

    def _is_due(self) -> bool:
        return (left_s := self._left_s()) is not None and left_s <= 0

    def _is_full(self) -> bool:
        return len(self._leaves) >= self._office.most * HASH_BYTES

    def _left_s(self) -> float | None:
        """Until the next head; None: there is nothing to sign."""
        if self._since is None:
            return None
        if self._is_full():
            return 0.0
        return max(0.0, self._since + self._office.interval_s - time.monotonic())

    async def _rest(self) -> None:
        """Until woken, or a head is due."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._left_s())

    async def _sign(self, tenure: Tenure, *, clean: bool | None = None) -> None:
        head = Checkpoint(self._office.origin(self._partition), self._edge.size, self._edge.root())
        checkpoint = sign(head, self._office.key)
        records = len(self._leaves) // HASH_BYTES
        out = head_out(self._partition, checkpoint, self._edge.size - records, bytes(self._leaves))
        edge = TreeEdge(size=self._edge.size, hashes=tuple(self._edge.hashes), checkpoint=checkpoint)
        await tenure.commit(sized([out, tenure.keep(EDGE_KEY, edge)]), self._next, clean=clean)
        self._leaves.clear()
        self._since = None
        self._commits += 1
        self._meter.signed(records)
        await self._witness(checkpoint)

    async def _witness(self, checkpoint: str) -> None:
        """Only now: a head that was never committed is none."""
        if not await self._office.witness.note(self._partition, checkpoint, self._office.now()):
            self._meter.unwitnessed()
