"""A vendor or adapter that refuses everybody: the lane pauses itself, stays paused, and goes on when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, kill, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from processors.flood import Limits
from schemas.codec import encode
from schemas.records import Command
from streams import clients, topics
from streams.control import following
from streams.lanes.orders.pausing import RESUME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

PEOPLE = [Person(key=f"p{n}", email=f"p{n}@example.com") for n in range(20)]
pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed(PEOPLE)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox, concurrency=1)
    lane.flood = Limits(run=3, ratio=0)
    return lane


def problems(lane: LaneUnderTest) -> dict[str, str]:
    return {what: reason for what, (reason, _) in lane.status.roles[f"lane {lane.name}"].problems.items()}


async def has_letters(lane: LaneUnderTest) -> bool:
    return len(await lane.dead_letters()) >= 3


async def resume(lane: LaneUnderTest) -> None:
    given = Command(command_id=f"c-{lane.name}", name=RESUME, lane=lane.name, args={}, by="ops", reason="x", at=1)
    producer = clients.writer(lane.settings)
    await producer.start()
    await producer.send_and_wait(topics.CONTROL, encode(given), partition=0)
    await producer.stop()


async def test_it_stops_before_all_are_dead_lettered_and_goes_on_where_it_stood(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=400))
    await lane.deliver(*(lane.delivery(who, "withdraw", n) for n, who in enumerate(PEOPLE, 1)))
    async with http_transport() as transport, following(lane.control, lane.settings):
        owner, task = await lane.start(transport)
        await until(lambda: problems(lane) == {"0": "flood"})
        await until(lambda: has_letters(lane))
        await kill(owner, task)
    refused = len(await lane.dead_letters())
    assert 0 < refused <= 3 + 2, "with two calls side by side"
    async with sandbox.client() as client:
        await client.clear_faults()
    async with lane.working("w2"):
        await until(lambda: problems(lane) == {"0": "flood"})
        assert not lane.status.ready
        assert len(await lane.dead_letters()) == refused
        await resume(lane)
        ends = [outcome for _, outcome, _ in await lane.settled(len(PEOPLE))]
        assert (ends.count("failed"), ends.count("executed")) == (refused, len(PEOPLE) - refused)
        assert problems(lane) == {}
