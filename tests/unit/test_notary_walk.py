"""From what the notary really signed to what `audit verify` finds: any record changed, witness beside it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from notary_support import PUBLIC, Notary, read, record
from router_support import until

from processors.notarising.judging import Judge
from streams.notary.beginning import leaf_in
from streams.notary.walk import Records, walk
from streams.notary.witness import witnessed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from processors.notarising.judging import Head

LOG = [record(str(number).encode(), 2 * number) for number in range(14)]


async def signed(directory: Path) -> tuple[list[ConsumerRecord], list[Head]]:
    """The heads in Kafka, of 5, 10 and 14 records, and those of the witness."""
    notary = Notary(directory, most=5)
    notary.work.feed(LOG)
    async with notary.working():
        await until(lambda: len(notary.tenure.commits) == 2 and not notary.work._waiting)
    return notary.checkpoints(), witnessed([directory / "witness.jsonl"])[0]


async def judged(log: Sequence[ConsumerRecord], heads: Sequence[ConsumerRecord], witness: Sequence[Head]) -> Judge:
    judge = Judge(0, "tests.consent-relay/audit/0", [PUBLIC])
    await walk(judge, Records(read([*map(leaf_in, log)]), lambda _: None), read(heads), witness)
    return judge


@pytest.mark.parametrize("number", range(len(LOG)))
@pytest.mark.parametrize("beside", [True, False], ids=["witnessed", "alone"])
async def test_a_missing_record_is_named_wherever_the_heads_are(tmp_path: Path, number: int, *, beside: bool) -> None:
    heads, witness = await signed(tmp_path)
    judge = await judged([*LOG[:number], *LOG[number + 1 :]], heads, witness if beside else ())
    assert judge.finding is not None
    assert (judge.finding.what, judge.finding.index) == ("missing", number)


async def test_what_is_right_is_under_all_heads(tmp_path: Path) -> None:
    heads, witness = await signed(tmp_path)
    judge = await judged(LOG, heads, witness)
    assert (judge.finding, judge.size, judge.heads, judge.witnessed) == (None, 14, 3, 3)


async def test_the_witness_knows_what_log_and_heads_have_both_lost(tmp_path: Path) -> None:
    heads, witness = await signed(tmp_path)
    judge = await judged(LOG[:5], heads[:1], witness)
    assert judge.finding is not None
    assert (judge.finding.what, judge.finding.index) == ("missing", 5)
    assert f"{tmp_path}/witness.jsonl:2 is of 10 records, 5 are there" in judge.finding.text
    assert (await judged(LOG[:5], heads[:1], ())).finding is None
