"""Reading the whole audit again, and comparing it with every head that was signed of it."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from processors.notarising.findings import Finding
from processors.notarising.judging import Judge
from streams import topics
from streams.logs import scan
from streams.notary.beginning import beginning, listed, rejoined
from streams.notary.keys import origin_of
from streams.notary.walk import LOOK_AHEAD, Records, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from processors.notarising.judging import Head
    from streams.settings import Settings

GRACE_S = 60.0
"""A witness may have a head a moment before readers of Kafka have it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a partition. proven: records under a head; unsigned: those behind the last one.

    heads, witnessed: how many heads held, of `consent.checkpoints` and of witness files.
    begins: Kafka has deleted what was before that offset; deleted: so many records, as the heads' lists tell.
    """

    partition: int
    proven: int
    unsigned: int
    heads: int
    witnessed: int
    finding: Finding | None
    begins: int = 0
    deleted: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        """In words."""
        begins = (
            f"; begins at offset {self.begins}, number {self.deleted}: what was before has been deleted"
            if self.begins
            else ""
        )
        if finding := self.finding:
            return f"partition {self.partition}: NOT GOOD, {finding.what}: {finding.text}{begins}"
        heads = f"{self.heads} signed heads, {self.witnessed} witnessed"
        later = f", {self.unsigned} too new to be under one" if self.unsigned else ""
        return f"partition {self.partition}: good, {self.proven} records under {heads}{later}{begins}"


@dataclass(frozen=True, slots=True)
class Exam:
    """What is verified, by what. topic: the audit, or a copy of it; whole: no record may be behind the last head.

    told: hears the partition and how far it was read; now: s since 1970.
    """

    settings: Settings
    keys: Collection[bytes]
    witnesses: dict[int, list[Head]]
    topic: str = topics.AUDIT
    whole: bool = False
    told: Callable[[int, int], None] = lambda *_: None
    now: Callable[[], float] = time.time

    async def all(self, partitions: Iterable[int]) -> list[Verdict]:
        """One partition after the other: a process has no more than one core for them."""
        return [await self.partition(number) for number in partitions]

    async def partition(self, number: int) -> Verdict:
        """Judge one partition from its beginning, or from where it begins now.

        Raises:
            SetupError, TopicsError: no broker, or no such topic.

        """
        judge = Judge(number, origin_of(self.settings.required("cluster_prefix"), number), self.keys)
        begins = await beginning(self.settings, self.topic, number)
        began = self.now()  # a head that is signed while the log is read is not looked at
        async with (
            aclosing(scan(self.settings, self.topic, partitions=[number])) as audit,
            aclosing(scan(self.settings, topics.CHECKPOINTS, partitions=[number])) as heads,
            aclosing(scan(self.settings, topics.CHECKPOINTS, partitions=[number])) as known,
        ):
            leaves = rejoined(begins.number, listed(known), audit)
            records = Records(leaves, lambda offset: self.told(number, offset))
            await walk(judge, records, heads, self.witnesses.get(number, ()))
            if judge.finding is None:
                judge.miss(int((began - GRACE_S) * 1e6))
            unsigned = 0 if judge.finding else await self._unsigned(judge, records, began)
        proven = max(0, judge.size - begins.number)
        return Verdict(number, proven, unsigned, judge.heads, judge.witnessed, judge.finding, *begins)

    async def _unsigned(self, judge: Judge, records: Records, began: float) -> int:
        """How many are behind the last head; those too old when it was read are a finding: they had been signed."""
        first, count = None, 0
        while found := await records.take(LOOK_AHEAD):
            first = first or found[0]
            count += len(found)
            records.drop()
        if first is None:
            return 0
        age_s = max(0.0, began - first.at / 1000)
        if self.whole or age_s > 2 * self.settings.checkpoint_interval + GRACE_S:
            text = f"{count} records from offset {first.offset} on are under no signed head, for {age_s:.0f} s"
            why = "they were added, or no notary was there to sign them"
            judge.finding = Finding("unsigned", judge.partition, f"{text}: {why}", judge.size, first.offset)
        return count
