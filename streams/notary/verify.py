"""Reading the whole audit again, and comparing it with every head that was signed of it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from processors.notarising.findings import Finding, Leaf
from processors.notarising.judging import Judge
from processors.notarising.leaf import leaf_of
from streams import topics
from streams.logs import scan
from streams.notary.heads import head_in
from streams.notary.keys import origin_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable, Sequence

    from aiokafka import ConsumerRecord

    from processors.notarising.judging import Claim, Head
    from streams.settings import Settings

LOOK_AHEAD = 20_000
"""So many records are looked through for what was moved or taken out."""
GRACE_S = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a partition. proven: records under a head; unsigned: those behind the last one.

    heads, witnessed: how many heads held, of `consent.checkpoints` and of witness files.
    """

    partition: int
    proven: int
    unsigned: int
    heads: int
    witnessed: int
    finding: Finding | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        """In words."""
        if finding := self.finding:
            return f"partition {self.partition}: NOT GOOD, {finding.what}: {finding.text}"
        heads = f"{self.heads} signed heads, {self.witnessed} witnessed"
        later = f", {self.unsigned} too new to be under one" if self.unsigned else ""
        return f"partition {self.partition}: good, {self.proven} records under {heads}{later}"


@dataclass(frozen=True, slots=True)
class Exam:
    """What is verified, by what. topic: the audit, or a copy of it; whole: no record may be behind the last head.

    told: hears the partition and how far it was read.
    """

    settings: Settings
    keys: Collection[bytes]
    witnesses: dict[int, list[Head]]
    topic: str = topics.AUDIT
    whole: bool = False
    told: Callable[[int, int], None] = lambda *_: None

    async def all(self, partitions: Iterable[int]) -> list[Verdict]:
        """One partition after the other: a process has no more than one core for them."""
        return [await self.partition(number) for number in partitions]

    async def partition(self, number: int) -> Verdict:
        """Judge one partition from its beginning.

        Raises:
            SetupError, TopicsError: no broker, or no such topic.

        """
        judge = Judge(number, origin_of(self.settings.required("cluster_prefix"), number), self.keys)
        audit = scan(self.settings, self.topic, partitions=[number])
        heads = scan(self.settings, topics.CHECKPOINTS, partitions=[number])
        records = _Records(audit, lambda offset: self.told(number, offset))
        try:
            claims = _claims(judge, heads, self.witnesses.get(number, ()))
            async for claim in claims:
                if not judge.holds(claim, await records.take(claim.size - judge.size)):
                    if judge.finding is None:
                        judge.name(claim, await records.all_ahead(), await anext(claims, None))
                    break
                records.drop()
            unsigned = 0 if judge.finding else await self._unsigned(judge, records)
        finally:
            await audit.aclose()
            await heads.aclose()
        return Verdict(number, judge.size, unsigned, judge.heads, judge.witnessed, judge.finding)

    async def _unsigned(self, judge: Judge, records: _Records) -> int:
        """How many are behind the last head; too old ones are a finding: the notary would have signed them."""
        first, count = None, 0
        while found := await records.take(LOOK_AHEAD):
            first = first or found[0]
            count += len(found)
            records.drop()
        if first is None:
            return 0
        age_s = time.time() - first.at / 1000
        if self.whole or age_s > 2 * self.settings.checkpoint_interval + GRACE_S:
            text = f"{count} records from offset {first.offset} on are under no signed head, for {age_s:.0f} s"
            why = "they were added, or no notary was there to sign them"
            judge.finding = Finding("unsigned", judge.partition, f"{text}: {why}", judge.size, first.offset)
        return count


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


class _Records:
    """The leaves of a log, as many at a time as are wanted."""

    def __init__(self, source: AsyncIterator[ConsumerRecord], told: Callable[[int], None]) -> None:
        self._source = source
        self._told = told
        self._taken: list[Leaf] = []

    async def take(self, count: int) -> list[Leaf]:
        """The next ones; fewer: the log ends there."""
        taken = self._taken
        while len(taken) < count and (record := await anext(self._source, None)) is not None:
            leaf = leaf_of(record.timestamp, record.key, record.value, record.headers)
            taken.append(Leaf(leaf, record.offset, record.timestamp))
        if taken:
            self._told(taken[-1].offset)
        return taken

    async def all_ahead(self) -> list[Leaf]:
        """What was taken, and some more."""
        return await self.take(len(self._taken) + LOOK_AHEAD)

    def drop(self) -> None:
        """What was taken is judged."""
        self._taken = []
