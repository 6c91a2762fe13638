"""A notary that has lost where it stood: it goes on with the tree that was signed, or signs nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from notary_support import Notary, record
from router_support import LIMIT_S, PaperTenure, until
from test_notary_beginning import judged
from test_notary_walk import LOG, signed

from processors.notarising.note import claimed
from processors.notarising.tree import HASH_BYTES
from schemas.errors import StateUnreadable
from streams import topics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from streams.ownership.tenure import Tenure

NEW = [record(b"new", 28), record(b"newer", 30)]


def at(start: int, *, new: bool = False) -> PaperTenure:
    return PaperTenure(start=start, partition=0, state_topic=topics.NOTARY, new=new)


async def worked(notary: Notary, log: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
    """What it signs of these."""
    notary.work.feed(log)
    async with notary.working():
        await until(lambda: not notary.work._waiting)
    return notary.checkpoints()


async def refused(notary: Notary, log: Sequence[ConsumerRecord], why: str) -> None:
    notary.work.feed(log)
    with pytest.raises(StateUnreadable, match=why):
        await asyncio.wait_for(notary.work.run(cast("Tenure", notary.tenure)), LIMIT_S)
    assert notary.tenure.commits == []


def sizes(heads: Sequence[ConsumerRecord]) -> list[int]:
    return [claimed((head.value or b"").decode())[0].size for head in heads]


@pytest.mark.parametrize("cut", range(len(LOG) + 1))
async def test_whatever_is_left_of_the_log_the_tree_goes_on(tmp_path: Path, cut: int) -> None:
    heads, witness = await signed(tmp_path)
    left = [*LOG, *NEW][cut:]
    more = await worked(Notary(tmp_path, most=5, signed=heads, tenure=at(left[0].offset)), left)
    assert sizes(more) == [16]
    number, judge = await judged(left, [*heads, *more], witness)
    assert (number, judge.finding, judge.size, judge.heads) == (cut, None, 16, 4)


async def test_who_ends_before_the_tree_is_there_again_signs_nothing_and_the_next_one_goes_on(tmp_path: Path) -> None:
    heads, _ = await signed(tmp_path)
    first = Notary(tmp_path, signed=heads, tenure=at(0))
    assert await worked(first, LOG[:7]) == []
    (commit,) = first.tenure.commits
    assert (commit.outs, commit.clean) == ([], True)
    more = await worked(Notary(tmp_path, signed=heads, tenure=at(commit.offset)), [*LOG[7:], *NEW])
    assert ((await judged([*LOG, *NEW], [*heads, *more]))[1].finding, sizes(more)) == (None, [16])


async def test_an_edge_without_a_bookmark_is_not_that_of_the_beginning(tmp_path: Path) -> None:
    before = Notary(tmp_path)
    heads = await worked(before, LOG)
    notary = Notary(tmp_path, signed=heads, tenure=at(0, new=True))
    notary.tenure.records.update(before.tenure.records)
    more = await worked(notary, [*LOG, *NEW])
    assert ((await judged([*LOG, *NEW], [*heads, *more]))[1].finding, sizes(more)) == (None, [16])
    lost, _ = notary.tenure.commits
    assert [(out.key, out.value) for out in lost.outs] == [(b"!edge", None)]


@pytest.mark.parametrize("place", [0, 6, 13])
async def test_another_history_than_the_signed_one_is_not_signed(tmp_path: Path, place: int) -> None:
    heads, _ = await signed(tmp_path)
    log = [*LOG[:place], replace(LOG[place], value=b"flipped"), *LOG[place + 1 :], *NEW]
    await refused(Notary(tmp_path, most=1, signed=heads), log, "of another tree than the audit's")


@pytest.mark.parametrize("leaves", [b"", bytes(HASH_BYTES) * 9], ids=["fewer", "more"])
async def test_a_list_that_does_not_lead_to_its_head_is_not_gone_on_from(tmp_path: Path, leaves: bytes) -> None:
    heads, _ = await signed(tmp_path)
    headers = tuple((name, leaves if name == "leaves" else value) for name, value in heads[2].headers)
    notary = Notary(tmp_path, most=1, signed=[*heads[:2], replace(heads[2], headers=headers)])
    log = [record(str(number).encode(), number) for number in range(28, 40)]
    await refused(notary, log, "of another tree than the audit's")


async def test_a_head_that_nobody_can_believe_is_not_gone_on_from(tmp_path: Path) -> None:
    heads, _ = await signed(tmp_path)
    notary = Notary(tmp_path, most=1, signed=[*heads, replace(heads[0], value=b"nothing")])
    await refused(notary, LOG, r"consent.checkpoints\[0\]@0 is no signed note")
