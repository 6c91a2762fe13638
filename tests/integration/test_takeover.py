"""Each step of a takeover, alone: what goes wrong without it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata
from ownership_support import fresh_role, publish, settings_at, state_of, until

from schemas.codec import decode
from schemas.errors import LostRange, OwnershipLost
from schemas.records import Bookmark
from streams import clients
from streams.outbox import Out
from streams.ownership.takeover import Role, Takeover
from streams.ownership.tenure import CLEAN_KEY, CONTROL_KEY, OFFSET_KEY, Tenure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.settings import Settings


class Member:
    """Stands in for the group: generation 1 stands until told otherwise."""

    generation = 1

    def __init__(self) -> None:
        self.asked = 0
        self.last_good = 99

    async def confirm(self, generation: int) -> None:
        self.asked += 1
        if generation != self.generation or self.asked > self.last_good:
            raise OwnershipLost("another generation began")

    def has_lease(self) -> bool:
        return True


class Hand:
    """Takes partitions over by hand, without a group."""

    def __init__(self, settings: Settings, role: Role, consumer: Any) -> None:
        self.settings = settings
        self.role = role
        self.consumer = consumer
        self.tenures: list[Tenure] = []

    async def take(self, load: Callable[..., None] = lambda _: None, member: Any = None) -> Tenure:
        group: Any = member or Member()
        takeover = Takeover(self.settings, self.role, self.consumer, group)
        tenure = await takeover.run(0, 1, load)
        self.tenures.append(tenure)
        return tenure

    def out(self, key: bytes) -> Out:
        return Out(self.role.state_topic, 0, key, b"x")


@pytest.fixture
async def hand(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[Hand]:
    settings = settings_at(kafka.bootstrap, tmp_path)
    role = await fresh_role(settings)
    await publish(settings, role, *[b"%d" % number for number in range(10)])
    consumer = clients.reader(settings)
    await consumer.start()
    consumer.assign([TopicPartition(role.topic, 0)])
    hand = Hand(settings, role, consumer)
    yield hand
    for tenure in hand.tenures:
        await tenure.close()
    await consumer.stop()


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
            asyncio.run_coroutine_threadsafe(old.commit([hand.out(b"two")], 2), loop).result(20)
            slipped.append(True)
        except OwnershipLost:
            slipped.append(False)

    new = await hand.take(load)
    assert slipped == [False]
    assert new.start == 1


async def test_an_open_transaction_of_the_old_owner_is_ended_and_does_not_block_the_restore(hand: Hand) -> None:
    old = await hand.take()
    await old.commit([hand.out(b"kept")], 1)
    await old._producer.begin_transaction()
    await old._producer.send_and_wait(hand.role.state_topic, b"x", key=b"open", partition=0)
    loaded: dict[bytes, bytes | None] = {}
    async with asyncio.timeout(10):  # far below the transaction timeout of 15 s
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
    member = Member()
    member.last_good = 1  # good at the beginning, gone at the end
    with pytest.raises(OwnershipLost):
        await hand.take(member=member)
    assert await hand.consumer.position(TopicPartition(hand.role.topic, 0)) == before


async def test_who_is_no_member_fences_nobody(hand: Hand) -> None:
    rightful = await hand.take()
    member = Member()
    member.last_good = 0
    with pytest.raises(OwnershipLost):
        await hand.take(member=member)
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


async def test_an_error_inside_a_transaction_ends_the_tenure_and_the_next_one_is_whole(hand: Hand) -> None:
    tenure = await hand.take()
    await tenure.commit([hand.out(b"good")], 1)
    with pytest.raises(OwnershipLost):
        await tenure.commit([hand.out(b"half"), Out(hand.role.state_topic, 0, b"k", bytes(1_200_000))], 2)
    with pytest.raises(OwnershipLost):
        await tenure.commit([hand.out(b"later")], 3)
    again = await hand.take()
    assert again.start == 1
    await again.commit([hand.out(b"whole")], 2)
    state = await state_of(hand.settings, hand.role)
    assert {b"good", b"whole"} <= state.keys()
    assert not {b"half", b"later"} & state.keys()


async def test_a_transaction_that_broke_does_not_stop_readers_until_it_times_out(hand: Hand) -> None:
    tenure = await hand.take()
    with pytest.raises(OwnershipLost):
        await tenure.commit([hand.out(b"half"), Out(hand.role.state_topic, 0, b"k", bytes(1_200_000))], 2)
    await tenure.close()
    producer = clients.writer(hand.settings)
    await producer.start()
    await producer.send_and_wait(hand.role.state_topic, b"x", key=b"behind it", partition=0)
    await producer.stop()

    async def is_read() -> bool:
        return b"behind it" in await state_of(hand.settings, hand.role)

    await until(is_read, 5)  # far below the transaction timeout of 15 s


async def test_a_clean_end_is_marked_and_the_takeover_removes_the_mark(hand: Hand) -> None:
    first = await hand.take()
    assert first.clean  # nobody was here before
    await first.commit([], 1, clean=True)
    second = await hand.take()
    assert second.clean
    assert (await state_of(hand.settings, hand.role))[CLEAN_KEY] is None
    third = await hand.take()  # the second died without a word
    assert not third.clean


async def test_the_bookmark_is_in_the_transaction_of_the_work(hand: Hand) -> None:
    tenure = await hand.take()
    await tenure.commit([hand.out(b"k")], 7, settled=[9])
    value = (await state_of(hand.settings, hand.role))[OFFSET_KEY]
    assert value is not None
    bookmark = decode(Bookmark, value)
    assert (bookmark.offset, bookmark.settled) == (7, (9,))


async def test_marks_are_in_the_transaction_of_what_they_belong_to_and_are_no_state(hand: Hand) -> None:
    loaded: list[tuple[bytes, bytes | None]] = []
    first = await hand.take()
    await first.commit([hand.out(b"k"), first.mark(CONTROL_KEY, 4), first.mark(b"!another", 9)], 7)
    await first.commit([first.mark(CONTROL_KEY, 5)], 7)
    second = await hand.take(loaded.extend)
    assert loaded == [(b"k", b"x")]
    marks = {key: second.marked(key) for key in (CONTROL_KEY, b"!another", b"!never")}
    assert {key: mark and mark.offset for key, mark in marks.items()} == {
        CONTROL_KEY: 5,
        b"!another": 9,
        b"!never": None,
    }


async def test_it_is_at_the_end_when_nothing_is_left_to_read(hand: Hand) -> None:
    tenure = await hand.take()
    fetched = await hand.consumer.getmany(timeout_ms=5000, max_records=4)
    assert [len(records) for records in fetched.values()] == [4]
    assert not await tenure.at_end()
    await hand.consumer.getmany(timeout_ms=5000)
    assert await tenure.at_end()
    hand.consumer.unsubscribe()
    assert not await tenure.at_end(), "the partition is another's by now"
