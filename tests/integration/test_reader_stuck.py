"""A reader that stands still while the broker answers others is replaced by a new one."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from lane_support import lane_at
from ownership_support import until
from structlog.testing import capture_logs
from stuck_support import cut_off, slow_down

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from streams.metrics.registry import Metrics
from streams.ownership import lookout, owner
from streams.services import Runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest
    from lane_support import LaneUnderTest

    from streams.ownership.owner import Owner


BEN = Person(key="ben", email="ben@example.com")
STUCK_AFTER_S = 3.0
SLOW_S = 2.0
LIMIT_S = 90.0


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN])
    yield sandbox
    await sandbox.stop()


@asynccontextmanager
async def running(lane: LaneUnderTest) -> AsyncIterator[tuple[Runner, Owner]]:
    """The lane's role, ready, and who runs it."""
    lane.settings = lane.settings.model_copy(update={"stuck_after": STUCK_AFTER_S})
    async with http_transport() as transport:
        runner = Runner(lane.settings, lane.stage(transport), "w1", lane.status, Metrics())
        task = asyncio.create_task(runner.run())
        await until(lambda: lane.status.ready, LIMIT_S)
        assert runner._owner
        yield runner, runner._owner
        runner.stop()
        await task


@pytest.mark.usefixtures("topics")
async def test_a_reader_that_stands_still_while_the_broker_answers_others_is_replaced(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "LEAST_S", STUCK_AFTER_S)
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    async with running(lane) as (runner, first):
        with capture_logs() as logs:
            tidy_up = cut_off(first._consumer)
            await until(lambda: runner._owner is not first, LIMIT_S)
            await lane.deliver(lane.delivery(BEN, "withdraw"))
            assert await lane.settled(1, LIMIT_S) == [("p1.ben", "executed", None)]
            await until(lambda: lane.status.ready, LIMIT_S)
        assert "stuck" in {entry.get("alarm") for entry in logs}
    await tidy_up()


@pytest.mark.usefixtures("topics")
async def test_a_reader_whose_answers_take_long_is_left_alone_and_reads_on_meanwhile(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As all of them do where the event loop has much to do: such a worker's roles were begun anew in the middle."""
    monkeypatch.setattr(lookout, "LEAST_S", 4 * SLOW_S)
    monkeypatch.setattr(owner, "LOOK_EVERY_S", 0.1)
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    async with running(lane) as (runner, first):
        slow_down(first._consumer, SLOW_S)
        polls = first._lookout.polls
        with capture_logs() as logs:
            await asyncio.sleep(8 * SLOW_S)
        assert "stuck" not in {entry.get("alarm") for entry in logs}
        assert runner._owner is first
        assert first._lookout.polls - polls > 8 * SLOW_S * 5, "a poll waits for 0.1 s at most"
