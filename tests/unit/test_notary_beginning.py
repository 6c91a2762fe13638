"""A log whose beginning was deleted: what is left is held against the heads, and any other change is still found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from notary_support import PUBLIC, read, record
from test_notary_walk import LOG, signed

from processors.notarising.judging import Judge
from streams.notary.beginning import leaf_in, listed, number_of, rejoined
from streams.notary.walk import Records, walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from processors.notarising.judging import Head

CUTS = pytest.mark.parametrize("cut", [1, 4, 5, 7, 10])
"""Before, at and behind a head: these are of 5, 10 and 14 records."""


async def judged(
    left: Sequence[ConsumerRecord], heads: Sequence[ConsumerRecord], witness: Sequence[Head] = ()
) -> tuple[int, Judge]:
    """How many are said to be deleted, and what `audit verify` makes of the rest."""
    number = await number_of([*map(leaf_in, left)], listed(read(heads)))
    judge = Judge(0, "tests.consent-relay/audit/0", [PUBLIC])
    leaves = rejoined(number, listed(read(heads)), read(left))
    await walk(judge, Records(leaves, lambda _: None), read(heads), witness)
    return number, judge


@pytest.mark.parametrize("cut", range(len(LOG) + 1))
async def test_what_is_left_is_good_and_its_number_is_known(tmp_path: Path, cut: int) -> None:
    heads, witness = await signed(tmp_path)
    number, judge = await judged(LOG[cut:], heads, witness)
    assert (number, judge.finding, judge.size, judge.heads, judge.witnessed) == (cut, None, 14, 3, 3)


@CUTS
@pytest.mark.parametrize("how", ["altered", "missing", "added", "truncated"])
async def test_a_change_behind_the_cut_is_named_at_its_record(tmp_path: Path, cut: int, how: str) -> None:
    heads, witness = await signed(tmp_path)
    strange = record(b"strange", 1)
    for at in range(cut + 1, len(LOG)):
        rest = {
            "altered": [replace(LOG[at], value=b"flipped"), *LOG[at + 1 :]],
            "missing": LOG[at + 1 :],
            "added": [strange, *LOG[at:]],
            "truncated": [],
        }[how]
        for beside in (witness, ()):
            number, judge = await judged([*LOG[cut:at], *rest], heads, beside)
            assert judge.finding is not None
            word = "missing" if how == "truncated" else how
            assert (number, judge.finding.what, judge.finding.index) == (cut, word, at)


@CUTS
async def test_the_first_one_that_is_left_was_altered(tmp_path: Path, cut: int) -> None:
    heads, _ = await signed(tmp_path)
    number, judge = await judged([replace(LOG[cut], value=b"flipped"), *LOG[cut + 1 :]], heads)
    assert judge.finding is not None
    assert (number, judge.finding.what, judge.finding.index) == (cut, "altered", cut)


async def test_a_list_of_deleted_records_that_was_altered_is_found(tmp_path: Path) -> None:
    heads, _ = await signed(tmp_path)
    headers = tuple((name, b"\x00" * 160 if name == "leaves" else value) for name, value in heads[0].headers)
    for cut in (3, 7):
        _, judge = await judged(LOG[cut:], [replace(heads[0], headers=headers), *heads[1:]])
        assert judge.finding is not None
        assert (judge.finding.what, judge.finding.index) == ("head", 0)
        assert "does not fit what is listed of the deleted records from number 0 on" in judge.finding.text


async def test_a_head_of_deleted_records_that_was_taken_out_is_found(tmp_path: Path) -> None:
    heads, _ = await signed(tmp_path)
    _, judge = await judged(LOG[12:], [heads[0], heads[2]])
    assert judge.finding is not None
    assert "the head of the records from number 5 on is missing" in judge.finding.text
