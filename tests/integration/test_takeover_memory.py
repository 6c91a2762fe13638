"""What takeovers need in memory for a while: little for each, and never for many at once."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import TYPE_CHECKING

from ownership_support import Copy, fresh_role, settings_at, until
from takeover_support import hand_at

from streams.outbox import Out
from streams.ownership.owner import Owner
from streams.status import Status
from streams.topics import MIB

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conftest import KafkaUnderTest

PARTITIONS = 4


async def test_of_a_large_state_little_is_in_memory_at_a_time(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    async with hand_at(kafka.bootstrap, tmp_path) as hand:
        old = await hand.take()
        for number in range(10):
            records = [Out(hand.role.state_topic, 0, b"%d" % each, bytes(MIB // 8)) for each in range(16)]
            await old.commit(records, number)
        read = 0

        def load(pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
            nonlocal read
            read += sum(len(value or b"") for _, value in pairs)

        tracemalloc.start()
        await hand.take(load)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert read >= 20 * MIB
    assert peak < read / 2, peak / MIB


async def test_as_many_states_are_read_at_once_as_there_is_room_for(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    settings = settings_at(kafka.bootstrap, tmp_path)
    role = await fresh_role(settings, PARTITIONS)
    status, restoring = Status(), asyncio.Semaphore(0)
    owner = Owner(settings, role, "w1", lambda number: Copy(role, {}, number), status, restoring=restoring)
    running = asyncio.create_task(owner.run())
    try:
        await until(lambda: role.name in status.roles and len(status.roles[role.name].partitions) == PARTITIONS)
        await asyncio.sleep(2)
        assert owner.held == []
        restoring.release()
        await until(lambda: owner.held == list(range(PARTITIONS)))
    finally:
        owner.stop()
        await running
