"""What a tenure commits is whole, with its bookmark and its marks, and it knows when nothing is left to read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import NEVER_MS, state_of
from takeover_support import Hand, hand_at

from schemas.codec import decode
from schemas.errors import OwnershipLost
from schemas.records import Bookmark
from streams import clients
from streams.outbox import Out
from streams.ownership.tenure import CONTROL_KEY, OFFSET_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest


@pytest.fixture
async def hand(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[Hand]:
    async with hand_at(kafka.bootstrap, tmp_path) as hand:
        yield hand


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


async def test_a_transaction_that_broke_does_not_stop_readers_until_it_times_out(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "TRANSACTION_TIMEOUT_MS", NEVER_MS)
    tenure = await hand.take()
    with pytest.raises(OwnershipLost):
        await tenure.commit([hand.out(b"half"), Out(hand.role.state_topic, 0, b"k", bytes(1_200_000))], 2)
    await tenure.close()
    producer = clients.writer(hand.settings)
    await producer.start()
    await producer.send_and_wait(hand.role.state_topic, b"x", key=b"behind it", partition=0)
    await producer.stop()

    assert b"behind it" in await state_of(hand.settings, hand.role)


async def test_a_broken_one_that_is_cancelled_while_it_closes_leaves_no_connection(hand: Hand) -> None:
    tenure = await hand.take()
    with pytest.raises(OwnershipLost):
        await tenure.commit([hand.out(b"half"), Out(hand.role.state_topic, 0, b"k", bytes(1_200_000))], 2)
    network: Any = tenure._producer.client
    assert any(connection.connected() for connection in network._conns.values())
    closing = asyncio.create_task(tenure.close())
    await asyncio.sleep(0)  # the broker is being asked to end the transaction
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert not any(connection.connected() for connection in network._conns.values())


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
    await hand.consumer.getone()
    assert not await tenure.at_end()
    for _ in range(9):  # of ten
        await hand.consumer.getone()
    assert await tenure.at_end()
    hand.consumer.unsubscribe()
    assert not await tenure.at_end(), "the partition is another's by now"
