"""Takeovers of one partition by hand, without a group."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition
from ownership_support import fresh_role, publish, settings_at

from schemas.errors import OwnershipLost
from streams import clients
from streams.outbox import Out
from streams.ownership.takeover import Role, Takeover

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from streams.ownership.tenure import Tenure
    from streams.settings import Settings


class Member:
    """Stands in for the group: generation 1 stands until told otherwise."""

    generation = 1

    def __init__(self, last_good: int = 99) -> None:
        self.asked = 0
        self.last_good = last_good

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


@asynccontextmanager
async def hand_at(bootstrap: str, tmp_path: Path) -> AsyncIterator[Hand]:
    """On a role of its own whose one partition holds ten records; what was taken is closed at the end."""
    settings = settings_at(bootstrap, tmp_path)
    role = await fresh_role(settings)
    await publish(settings, role, *[b"%d" % number for number in range(10)])
    consumer = clients.reader(settings)
    await consumer.start()
    consumer.assign([TopicPartition(role.topic, 0)])
    hand = Hand(settings, role, consumer)
    try:
        yield hand
    finally:
        for tenure in hand.tenures:
            await tenure.close()
        await consumer.stop()
