"""Walking along a partition's records and its heads, side by side: neither is ever held as a whole."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from processors.notarising.findings import DELETED
from streams.notary.heads import head_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

    from aiokafka import ConsumerRecord

    from processors.notarising.findings import Leaf
    from processors.notarising.judging import Claim, Head, Judge

LOOK_AHEAD = 20_000
"""So many records are looked through for what was moved or taken out."""


async def walk(
    judge: Judge, records: Records, heads: AsyncIterator[ConsumerRecord], witnessed: Sequence[Head] = ()
) -> None:
    """Judge records by heads, to the last head or to the first that is wrong."""
    claims = _claims(judge, heads, witnessed)
    async for claim in claims:
        if not judge.holds(claim, await records.take(claim.size - judge.size)):
            if judge.finding is None:
                judge.name(claim, await records.all_ahead(), await _next_listed(claims))
            break
        records.drop()
    await claims.aclose()


async def _next_listed(claims: AsyncIterator[Claim]) -> Claim | None:
    """The next head that says which leaves it adds; a witness doesn't."""
    async for claim in claims:
        if claim.head.leaves is not None:
            return claim
    return None


async def _claims(
    judge: Judge, heads: AsyncIterator[ConsumerRecord], witnessed: Sequence[Head]
) -> AsyncGenerator[Claim]:
    """All heads by their size, until one can't be believed. Where a witness has the same, it comes second."""
    kept: deque[Claim] = deque()
    for head in witnessed:
        claim = judge.claim(head)
        if claim is None:
            return
        kept.append(claim)
    kept = deque(sorted(kept, key=lambda claim: claim.size))
    async for record in heads:
        claim = judge.claim(head_in(record))
        if claim is None:
            return
        while kept and kept[0].size < claim.size:
            yield kept.popleft()
        yield claim
    while kept:
        yield kept.popleft()


class Records:
    """The leaves of a log, as many at a time as are wanted."""

    def __init__(self, source: AsyncIterator[Leaf], told: Callable[[int], None]) -> None:
        self._source = source
        self._told = told
        self._taken: list[Leaf] = []

    async def take(self, count: int) -> list[Leaf]:
        """The next ones; fewer: the log ends there."""
        taken = self._taken
        while len(taken) < count and (leaf := await anext(self._source, None)) is not None:
            taken.append(leaf)
        if taken and taken[-1].offset != DELETED:
            self._told(taken[-1].offset)
        return taken

    async def all_ahead(self) -> list[Leaf]:
        """What was taken, and some more."""
        return await self.take(len(self._taken) + LOOK_AHEAD)

    def drop(self) -> None:
        """What was taken is judged."""
        self._taken = []
