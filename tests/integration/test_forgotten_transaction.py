"""A broker that forgot to end a transaction: what was given up stays given up, and blocks nobody (KAFKA-20734)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiokafka import TopicPartition
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import InvalidTxnState
from ownership_support import state_of
from reading import committed
from structlog.testing import capture_logs
from takeover_support import Hand, Member, hand_at

from schemas.errors import OwnershipLost
from streams import clients

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest


@asynccontextmanager
async def unverified(hand: Hand) -> AsyncIterator[None]:
    """The broker takes records of transactions that its coordinator knows nothing of, as old ones did."""
    admin = await clients.admin(hand.settings)

    async def set_up(given: dict[str, str]) -> None:
        await admin.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", given)])

    try:
        await set_up({"transaction.partition.verification.enable": "false"})
        yield
    finally:
        await set_up({})
        await admin.close()


async def forget(hand: Hand) -> None:
    """A transaction with a record in the state and one in the topic that is read; the coordinator knows of none."""
    async with unverified(hand):
        while True:  # it takes the broker a moment
            producer = (await hand.take())._producer
            await producer.begin_transaction()
            with suppress(InvalidTxnState):
                for topic in (hand.role.state_topic, hand.role.topic):
                    producer._txn_manager._txn_partitions.add(TopicPartition(topic, 0))
                    await producer.send_and_wait(topic, b"x", key=b"ghost", partition=0)
                return
            await asyncio.sleep(0.1)


async def test_a_transaction_that_never_ended_is_ended_at_the_takeover(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    async with hand_at(kafka.bootstrap, tmp_path) as hand:
        hand.role = replace(hand.role, forwards=True)
        hand.settings = hand.settings.model_copy(update={"partitions": 1})
        old = await hand.take()
        await old.commit([hand.out(b"kept")], 1)
        await forget(hand)
        with capture_logs() as logs:
            with pytest.raises(OwnershipLost):
                await hand.take(member=Member(last_good=1))
            assert not logs, "who isn't the owner any more may have been fenced, and can't tell"
            new = await hand.take()
            await new.commit([hand.out(b"after")], 1)
            await hand.take()
        alarms = [entry["alarm"] for entry in logs if entry["event"] == "alarm"]
        assert alarms == ["transaction_forgotten"]
        state = await state_of(hand.settings, hand.role)
        assert {b"kept", b"after"} <= state.keys()
        assert b"ghost" not in state
        assert b"ghost" not in [record.key for record in await committed(hand.settings, hand.role.topic)]
        place = TopicPartition(hand.role.topic, 0)
        plain = clients.reader(hand.settings, isolation_level="read_uncommitted")
        await plain.start()
        try:
            end = (await plain.end_offsets([place]))[place]
        finally:
            await plain.stop()
        assert (await hand.consumer.end_offsets([place]))[place] == end
