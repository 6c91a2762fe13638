"""A lane that has work and doesn't move is found by that alone, told, taken over anew, and moves again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, lane_at
from ownership_support import until
from structlog.testing import capture_logs

from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from streams.control import following

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from processors.engine.transport import Request, Transport
    from processors.vendors.calls import Reply

BEN = Person(key="ben", email="ben@example.com")
EVA = Person(key="eva", email="eva@example.com")
STUCK_AFTER_S = 5.0
"""Longer than one step takes on any machine."""
pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, EVA])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane.settings = lane.settings.model_copy(update={"stuck_after": STUCK_AFTER_S})
    return lane


class NeverAnswers:
    """The first request to the CRM itself waits for ever, whatever its time limit; deaf: cancelled or not."""

    def __init__(self, transport: Transport, *, deaf: bool) -> None:
        self._transport = transport
        self._deaf = deaf
        self.let_go = asyncio.Event()
        self.hung = 0

    async def __call__(self, request: Request) -> Reply:
        if not self.hung and "/crm/" in request.url:
            self.hung += 1
            while not self.let_go.is_set():
                try:
                    await self.let_go.wait()
                except asyncio.CancelledError:
                    if not self._deaf:
                        raise
        return await self._transport(request)


@pytest.mark.parametrize("deaf", [False, True])
async def test_a_call_that_never_ends_is_given_up_and_the_partition_taken_over_anew(
    lane: LaneUnderTest,
    sandbox: Sandbox,
    deaf: bool,  # noqa: FBT001
) -> None:
    role = f"lane {lane.name}"
    async with http_transport() as real, following(lane.control, lane.settings):
        transport = NeverAnswers(real, deaf=deaf)
        owner, task = await lane.start(transport)
        with capture_logs() as logs:
            await lane.deliver(lane.delivery(BEN, "withdraw"), lane.delivery(EVA, "withdraw"))
            assert sorted(await lane.settled(2)) == [
                ("p1.ben", "executed", None),
                ("p1.eva", "executed", None),
            ]
            await until(lambda: lane.status.ready)
        assert transport.hung == 1
        stuck = [entry for entry in logs if entry.get("alarm") == "stuck"]
        assert [(entry["role"], entry["partition"]) for entry in stuck] == [(role, 0)]
        told = [entry["text"] for entry in logs if entry["event"] == "role_halted"]
        assert ["taken over again in 1 s" in text for text in told] == [True]
        assert not any(person.email in str(logs) for person in (BEN, EVA))
        transport.let_go.set()
        owner.stop()
        await task
    async with sandbox.client() as client:
        accepted = sorted(person for entry in await client.ledger() for person in entry["people"])
    assert accepted.count("eva") >= 1
    assert accepted.count("ben") >= 1


async def test_a_lane_with_nothing_to_do_or_that_waits_is_left_alone(lane: LaneUnderTest, sandbox: Sandbox) -> None:
    """Who has no duty can't be found to neglect one, however long it is looked at."""
    lane.retry_budget = 0.1
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="eva", status=503))
    async with lane.working() as owner:
        await lane.deliver(lane.delivery(BEN, "withdraw"), lane.delivery(EVA, "withdraw"))
        assert {outcome for _, outcome, _ in await lane.settled(2)} == {"executed", "parked"}
        works = [holding.work for holding in owner._holdings.values()]
        await until(lambda: not any(work.duties() for work in works if work))
        assert (len(works), owner.held) == (4, [0, 1, 2, 3])
