"""Each step of a takeover, alone: what goes wrong without it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata
from ownership_support import LIMIT_S, NEVER_MS, state_of
from takeover_support import Hand, Member, hand_at

from schemas.errors import LostRange, OwnershipLost
from streams import clients
from streams.ownership.tenure import CLEAN_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from conftest import KafkaUnderTest


@pytest.fixture
async def hand(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[Hand]:
    async with hand_at(kafka.bootstrap, tmp_path) as hand:
        yield hand


async def test_the_owner_before_is_fenced_and_nothing_of_its_last_transaction_is_seen(hand: Hand) -> None:
    old = await hand.take()
    await old.commit([hand.out(b"before")], 1)
    new = await hand.take()
    with pytest.raises(OwnershipLost):
        await old.commit([hand.out(b"zombie")], 2)
    await new.commit([hand.out(b"after")], 2)
    state = await state_of(hand.settings, hand.role)
    assert {b"before", b"after"} <= state.keys()
    assert b"zombie" not in state


async def test_the_state_is_read_after_the_fencing_so_the_old_owner_cannot_slip_a_record_in(hand: Hand) -> None:
    old = await hand.take()
    await old.commit([hand.out(b"one")], 1)
    loop = asyncio.get_running_loop()
    slipped: list[bool] = []

    def load(_pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        try:  # the old owner commits while the new one is restoring
            asyncio.run_coroutine_threadsafe(old.commit([hand.out(b"two")], 2), loop).result(LIMIT_S)
            slipped.append(True)
        except OwnershipLost:
            slipped.append(False)

    new = await hand.take(load)
    assert slipped == [False]
    assert new.start == 1


async def test_an_open_transaction_of_the_old_owner_is_ended_and_does_not_block_the_restore(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "TRANSACTION_TIMEOUT_MS", NEVER_MS)
    old = await hand.take()
    await old.commit([hand.out(b"kept")], 1)
    await old._producer.begin_transaction()
    await old._producer.send_and_wait(hand.role.state_topic, b"x", key=b"open", partition=0)
    loaded: dict[bytes, bytes | None] = {}
    async with asyncio.timeout(LIMIT_S):
        await hand.take(loaded.update)
    assert loaded.keys() == {b"kept"}


async def test_the_start_is_the_bookmark_and_not_the_offset_of_the_group(hand: Hand) -> None:
    first = await hand.take()
    await first.commit([], 2, settled=[3])
    hint = clients.reader(hand.settings, group_id=hand.role.group)
    await hint.start()
    hint.assign([TopicPartition(hand.role.topic, 0)])
    await hint.commit({TopicPartition(hand.role.topic, 0): OffsetAndMetadata(4, "")})
    await hint.stop()
    again = await hand.take()
    assert again.start == 2
    assert again.bookmark is not None
    assert again.bookmark.settled == (3,)
    assert await hand.consumer.position(TopicPartition(hand.role.topic, 0)) == 2


async def test_a_generation_that_ends_during_the_restore_ends_the_takeover(hand: Hand) -> None:
    first = await hand.take()
    await first.commit([], 1)
    await hand.consumer.seek_to_end(TopicPartition(hand.role.topic, 0))
    before = await hand.consumer.position(TopicPartition(hand.role.topic, 0))
    member = Member(last_good=1)  # good at the beginning, gone at the end
    with pytest.raises(OwnershipLost):
        await hand.take(member=member)
    assert await hand.consumer.position(TopicPartition(hand.role.topic, 0)) == before


async def test_who_is_no_member_fences_nobody(hand: Hand) -> None:
    rightful = await hand.take()
    with pytest.raises(OwnershipLost):
        await hand.take(member=Member(last_good=0))
    await rightful.commit([hand.out(b"still here")], 1)


async def test_records_lost_before_they_were_processed_halt_the_partition(hand: Hand) -> None:
    first = await hand.take()
    await first.commit([], 1)
    admin = await clients.admin(hand.settings)
    await admin.delete_records({TopicPartition(hand.role.topic, 0): RecordsToDelete(before_offset=2)})
    await admin.close()
    with pytest.raises(LostRange, match="begins at offset 2, but the work stands at 1"):
        await hand.take()


async def test_a_topic_that_ends_before_the_bookmark_is_not_the_one_that_was_worked_on(hand: Hand) -> None:
    first = await hand.take()
    await first.commit([], 11)
    with pytest.raises(LostRange, match="ends at offset 10, but the work stands at 11"):
        await hand.take()


async def test_whoever_dies_before_the_first_commit_did_not_leave_cleanly(hand: Hand) -> None:
    await hand.take()
    second = await hand.take()
    assert not second.clean


async def test_a_clean_end_is_marked_and_the_takeover_removes_the_mark(hand: Hand) -> None:
    first = await hand.take()
    assert first.clean  # nobody was here before
    await first.commit([], 1, clean=True)
    second = await hand.take()
    assert second.clean
    assert (await state_of(hand.settings, hand.role))[CLEAN_KEY] is None
    third = await hand.take()  # the second died without a word
    assert not third.clean
