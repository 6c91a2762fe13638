"""`audit verify` of one partition: log and heads on paper, and a clock that goes on while they are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from notary_support import PUBLIC, record
from test_notary_walk import LOG, signed

from streams import topics
from streams.notary import beginning, verify
from streams.notary.verify import Exam
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from processors.notarising.judging import Head

NOW = 1000.0
"""s since 1970, when the command begins."""


@dataclass
class Kafka:
    """took_s: so long the reading of the log lasts."""

    log: Sequence[ConsumerRecord]
    heads: Sequence[ConsumerRecord]
    witnesses: list[Head]
    took_s: float = 0.0
    now: float = NOW

    async def scan(self, _: Settings, topic: str, **__: Any) -> AsyncIterator[ConsumerRecord]:
        if topic != topics.CHECKPOINTS:
            self.now += self.took_s
        for one in self.heads if topic == topics.CHECKPOINTS else self.log:
            yield one

    async def spans(self, *_: Any) -> dict[int, tuple[int, int]]:
        return {0: (0, self.log[-1].offset + 1)}


@pytest.fixture
async def kafka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kafka:
    kafka = Kafka(LOG, *await signed(tmp_path))
    monkeypatch.setattr(verify, "scan", kafka.scan)
    monkeypatch.setattr(beginning, "spans_of", kafka.spans)
    return kafka


async def verdict(kafka: Kafka, **more: Any) -> verify.Verdict:
    exam = Exam(Settings(cluster_prefix="tests"), [PUBLIC], {0: kafka.witnesses}, now=lambda: kafka.now, **more)
    return await exam.partition(0)


@pytest.mark.parametrize("took_s", [0.0, 3600.0])
async def test_what_was_new_when_the_reading_began_may_be_unsigned(kafka: Kafka, took_s: float) -> None:
    kafka.log, kafka.took_s = [*LOG, record(b"new", 28, at=int((NOW - 20) * 1000))], took_s
    found = await verdict(kafka)
    assert (found.finding, found.proven, found.unsigned) == (None, 14, 1)


async def test_what_was_old_by_then_is_a_finding(kafka: Kafka) -> None:
    kafka.log = [*LOG, record(b"added", 28, at=int((NOW - 200) * 1000))]
    finding = (await verdict(kafka)).finding
    assert finding
    assert (finding.what, finding.index, "for 200 s" in finding.text) == ("unsigned", 14, True)


@pytest.mark.parametrize("left", range(3))
async def test_the_newest_heads_are_missed_by_the_witness_though_the_records_are_there(
    kafka: Kafka, left: int
) -> None:
    kafka.heads = kafka.heads[:left]
    finding = (await verdict(kafka)).finding
    assert finding
    assert (finding.what, finding.index) == ("head", None)
    assert f"witness.jsonl:{left + 1} has a head that is larger than the newest of the log" in finding.text


async def test_a_head_that_the_witness_has_had_for_a_moment_may_be_on_its_way(kafka: Kafka) -> None:
    kafka.heads = kafka.heads[:2]
    kafka.witnesses = [*kafka.witnesses[:2], replace(kafka.witnesses[2], at=int((NOW - 1) * 1e6))]
    assert (await verdict(kafka)).finding is None
