"""A tiny role on topics of its own, so that each test of the ownership rules starts from nothing."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from aiokafka.admin import NewTopic
from reading import committed

from streams import clients
from streams.outbox import Out
from streams.ownership.takeover import Role
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Sequence
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from streams.ownership.tenure import Tenure


LIMIT_S = 90.0
"""Of waiting for anything: only a machine that stands still needs so long."""
NEVER_MS = 600_000
"""A transaction's timeout that no test waits for: what ends it is something else."""


def settings_at(bootstrap: str, tmp_path: Path, *, session_s: float = 10.0) -> Settings:
    return Settings(bootstrap_servers=bootstrap, cluster_prefix="t", data_dir=tmp_path, session_timeout=session_s)


async def fresh_role(settings: Settings, partitions: int = 1) -> Role:
    name = uuid.uuid4().hex[:8]
    role = Role(name, f"t.{name}.in", f"t.{name}.state", f"t.{name}")
    admin = await clients.admin(settings)
    await admin.create_topics([NewTopic(role.topic, partitions, 1), NewTopic(role.state_topic, partitions, 1)])
    await admin.close()
    return role


async def publish(settings: Settings, role: Role, *values: bytes, partition: int = 0) -> None:
    producer = clients.writer(settings)
    await producer.start()
    for value in values:
        await producer.send_and_wait(role.topic, value, partition=partition)
    await producer.stop()


async def state_of(settings: Settings, role: Role) -> dict[bytes, bytes | None]:
    """The state topic as a reader of committed records sees it."""
    return {record.key: record.value for record in await committed(settings, role.state_topic)}


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]], limit_s: float = LIMIT_S) -> None:
    """Poll until it holds; fail when the limit is over."""
    async with asyncio.timeout(limit_s):
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.05)


class Copy:
    """Writes each record's value as a key into the state; `log` collects what is worth knowing from all copies."""

    def __init__(self, role: Role, log: dict[str, list[object]], partition: int) -> None:
        self.role = role
        self.partition = partition
        self.log = log
        self.loaded: dict[bytes, bytes | None] = {}
        self.waiting: list[ConsumerRecord] = []
        self.wake = asyncio.Event()
        self.draining = False
        self.began = False

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        self.loaded.update(pairs)

    def room(self) -> bool:
        return True

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        self.log.setdefault("fed", []).extend((self.began, record.value) for record in records)
        self.waiting += records
        self.wake.set()

    def advance(self, position: int) -> None:
        pass

    def holds(self) -> dict[str, int]:
        return {}

    def duties(self) -> dict[str, Hashable]:
        return {"copy": len(self.waiting)} if self.waiting else {}

    def drain(self) -> None:
        self.draining = True
        self.wake.set()

    async def run(self, tenure: Tenure) -> None:
        self.began = True
        self.log.setdefault("tenures", []).append(tenure)
        self.log.setdefault("loaded", []).append(dict(self.loaded))
        offset = tenure.start
        while not self.draining:
            self.wake.clear()
            if not self.waiting:
                await self.wake.wait()
                continue
            record = self.waiting.pop(0)
            offset = record.offset + 1
            await tenure.commit([self.out(record.value)], offset)
            self.log.setdefault("done", []).append(record.value)
        await tenure.commit([], offset, clean=True)

    def out(self, value: bytes) -> Out:
        return Out(self.role.state_topic, self.partition, value, b"seen")
