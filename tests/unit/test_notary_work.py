"""What the notary signs, when, and how the next owner goes on."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING

import pytest
from notary_support import PUBLIC, Notary, record
from router_support import PaperTenure, until

from processors.notarising.leaf import leaf_of
from processors.notarising.note import opened
from processors.notarising.tree import Edge, split
from schemas.errors import OwnershipLost, StateUnreadable
from schemas.tree_edge import TreeEdge
from streams import topics
from streams.notary.witness import MOST_PENDING, Witness, witnessed

if TYPE_CHECKING:
    from pathlib import Path

    from processors.notarising.judging import Head
    from processors.notarising.note import Checkpoint


def read(head: Head) -> Checkpoint:
    return opened(head.note, [PUBLIC], "tests.consent-relay/audit/0")


def leaves(*values: bytes) -> list[bytes]:
    return [leaf_of(one.timestamp, one.key, one.value, one.headers) for one in (record(v, 0) for v in values)]


async def test_a_head_covers_what_was_read_and_lists_its_leaves(tmp_path: Path) -> None:
    notary = Notary(tmp_path)
    notary.feed(b"a", b"b", b"c")
    async with notary.working():
        await until(lambda: not notary.work._waiting)
        assert notary.heads() == []
    (head,) = notary.heads()
    wanted = leaves(b"a", b"b", b"c")
    assert (read(head).size, read(head).root) == (3, Edge().add_all(wanted).root())
    assert (head.start, list(split(head.leaves or b""))) == (0, wanted)
    (commit,) = notary.tenure.commits
    assert (commit.offset, commit.clean) == (3, True)
    assert {out.topic for out in commit.outs} == {topics.CHECKPOINTS, topics.NOTARY}


async def test_a_head_is_signed_after_so_many_records(tmp_path: Path) -> None:
    notary = Notary(tmp_path, most=2)
    notary.feed(b"a", b"b", b"c", b"d", b"e")
    async with notary.working():
        await until(lambda: len(notary.tenure.commits) == 2)
    assert [read(head).size for head in notary.heads()] == [2, 4, 5]
    assert [head.start for head in notary.heads()] == [0, 2, 4]


async def test_a_head_is_signed_after_so_many_seconds(tmp_path: Path) -> None:
    notary = Notary(tmp_path, interval_s=0.01)
    async with notary.working():
        notary.feed(b"a")
        await until(lambda: len(notary.tenure.commits) == 1)
        notary.feed(b"b", first=7)
        await until(lambda: len(notary.tenure.commits) == 2)
    assert [(one.offset, one.clean) for one in notary.tenure.commits] == [(1, None), (8, None), (8, True)]


async def test_nothing_new_is_no_head(tmp_path: Path) -> None:
    notary = Notary(tmp_path, tenure=PaperTenure(start=3, partition=0, state_topic=topics.NOTARY))
    async with notary.working():
        await until(lambda: notary.work._next == 3)
        notary.work.advance(9)
    (commit,) = notary.tenure.commits
    assert (commit.outs, commit.offset, commit.clean) == ([], 9, True)


async def test_the_next_owner_goes_on_with_the_tree(tmp_path: Path) -> None:
    first, second = Notary(tmp_path), Notary(tmp_path)
    first.feed(b"a", b"b", b"c")
    async with first.working():
        await until(lambda: not first.work._waiting)
    second.tenure.records[b"!edge"] = first.tenure.commits[-1].outs[-1].value or b""
    second.feed(b"d", first=3)
    async with second.working():
        await until(lambda: not second.work._waiting)
    assert read(second.heads()[0]).root == Edge().add_all(leaves(b"a", b"b", b"c", b"d")).root()
    assert second.edge().size == 4
    noted = [json.loads(line)["checkpoint"] for line in (tmp_path / "witness.jsonl").read_text().splitlines()]
    # The second owner repeats the last head, as the first may have died before it was written.
    assert noted == [first.heads()[0].note, first.heads()[0].note, second.heads()[0].note]


async def test_a_head_that_was_not_committed_is_not_witnessed(tmp_path: Path) -> None:
    notary = Notary(tmp_path, most=1)
    notary.tenure.fails_from = 0
    notary.feed(b"a")
    with pytest.raises(OwnershipLost):
        async with notary.working():
            await until(lambda: not notary.work._waiting)
    assert not (tmp_path / "witness.jsonl").exists()


async def test_a_witness_that_cant_be_written_is_an_alarm_and_no_halt(tmp_path: Path) -> None:
    (tmp_path / "witness.jsonl").mkdir()
    notary = Notary(tmp_path, most=1)
    notary.feed(b"a", b"b")
    async with notary.working():
        await until(lambda: len(notary.tenure.commits) == 2)
    assert len(notary.heads()) == 2


async def test_partitions_that_sign_at_the_same_moment_are_all_witnessed(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "witness.jsonl")
    assert all(await asyncio.gather(*(witness.note(number, "head", 1) for number in range(8))))
    assert {number: len(heads) for number, heads in witnessed([tmp_path / "witness.jsonl"]).items()} == dict.fromkeys(
        range(8), 1
    )


async def test_a_witness_whose_disk_hangs_holds_nothing_up_for_good(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # opening it lasts until somebody reads
    witness = Witness(pipe, limit_s=0.01)
    assert not any([await witness.note(0, "head", 1) for _ in range(MOST_PENDING + 1)])
    assert witness._pending == MOST_PENDING
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    await until(lambda: not witness._pending)
    os.close(reader)


async def test_an_edge_that_is_none_stops_the_partition(tmp_path: Path) -> None:
    notary = Notary(tmp_path)
    notary.tenure.records[b"!edge"] = notary.tenure.keep(b"", TreeEdge(size=3, hashes=(), checkpoint="")).value or b""
    with pytest.raises(StateUnreadable, match=r"consent.notary\[0\]"):
        async with notary.working():
            pass


async def test_it_says_what_should_go_on(tmp_path: Path) -> None:
    notary = Notary(tmp_path, most=1)
    assert notary.work.duties() == {}
    notary.feed(b"a")
    assert set(notary.work.duties()) == {"read"}
    await notary.work._read()
    assert set(notary.work.duties()) == {"sign"}
