"""A reader that stands still, and a broker that does: the first is replaced, the second waited for."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from lane_support import lane_at
from ownership_support import until
from structlog.testing import capture_logs

from infra.kafka import EmbeddedKafka
from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from streams.commands.topics import create
from streams.metrics.registry import Metrics
from streams.ownership import lookout
from streams.ownership.tenure import COMMIT_LIMIT_S
from streams.services import Runner
from streams.topics import topics as topics_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.ownership.owner import Owner

BEN, EVA, ZOE = (Person(key=key, email=f"{key}@example.com") for key in ("ben", "eva", "zoe"))
STUCK_AFTER_S = 3.0
LIMIT_S = 90.0


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, EVA, ZOE])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path / "kafka") as broker:
        yield broker


def cut_off(owner: Owner) -> Callable[[], Awaitable[None]]:
    """As a client was found after a restart of the broker: it asks for no metadata any more, its connections gone."""
    client: Any = owner._consumer._client
    client._sync_task.cancel()
    for connection in list(client._conns.values()):
        connection.close()
    client.ready = lambda *_, **__: asyncio.sleep(3600)

    async def tidy_up() -> None:
        """What the owner has left behind."""
        client._sync_task = None
        await client.close()

    return tidy_up


@pytest.mark.usefixtures("topics")
async def test_a_reader_that_stands_still_while_the_broker_answers_others_is_replaced(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "LEAST_S", STUCK_AFTER_S)
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane.settings = lane.settings.model_copy(update={"stuck_after": STUCK_AFTER_S})
    async with http_transport() as transport:
        stage = lane.stage(transport)
        runner = Runner(lane.settings, stage, "w1", lane.status, Metrics())
        running = asyncio.create_task(runner.run())
        await until(lambda: lane.status.ready, LIMIT_S)
        first = runner._owner
        assert first
        with capture_logs() as logs:
            tidy_up = cut_off(first)
            await until(lambda: runner._owner is not first, LIMIT_S)
            await lane.deliver(lane.delivery(BEN, "withdraw"))
            assert await lane.settled(1, LIMIT_S) == [("p1.ben", "executed", None)]
            await until(lambda: lane.status.ready, LIMIT_S)
        assert "stuck" in {entry.get("alarm") for entry in logs}
        runner.stop()
        await running
        await tidy_up()


async def test_while_the_broker_is_frozen_nothing_is_given_up_for_good_and_then_all_goes_on(
    own_broker: EmbeddedKafka, tmp_path: Path, sandbox: Sandbox
) -> None:
    lane = await lane_at(own_broker.bootstrap, tmp_path, sandbox)
    await create(lane.settings, topics_for([]), 1)
    lane.settings = lane.settings.model_copy(update={"stuck_after": STUCK_AFTER_S})
    async with lane.working() as owner:
        await lane.deliver(lane.delivery(BEN, "withdraw"))
        await lane.settled(1)
        sandbox.arm(Fault(kind="latency", vendor="zoho_crm", person="eva", seconds=1))  # it answers into the frost
        with capture_logs() as logs:
            delivering = asyncio.create_task(lane.deliver(lane.delivery(EVA, "withdraw")))
            await until(lambda: any(reading.lag_records for reading in owner.readings()))
            os.kill(own_broker.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(COMMIT_LIMIT_S + 2)  # longer than any transaction may hang
            finally:
                os.kill(own_broker.pid, signal.SIGCONT)
            await delivering
            await lane.deliver(lane.delivery(ZOE, "withdraw"))
            assert len(await lane.settled(3, LIMIT_S)) >= 3
            await until(lambda: lane.status.ready, LIMIT_S)
    executed = {who for who, outcome, _ in await lane.outcomes() if outcome == "executed"}
    assert executed == {"p1.ben", "p1.eva", "p1.zoe"}
    assert not any("not again" in str(entry) for entry in logs)
