"""The wall clock of a whole lane jumps by an hour while work is parked, in both directions, also across a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox
from schemas.times import SECOND
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

CROWD = [Person(key=f"time{number}", email=f"time{number}@example.com") for number in range(9)]
HOUR = 3600 * SECOND


def set_clock(lane: LaneUnderTest, ahead: int) -> None:
    lane.bench.wall = lambda: now_micros() + ahead


async def parked(lane: LaneUnderTest, people: list[Person], number: int) -> None:
    """Deliver to them, and wait until all are parked."""
    await lane.deliver(*(lane.delivery(person, "withdraw", number) for person in people))
    wanted = {f"p1.{person.key}" for person in people}

    async def enough() -> bool:
        told = await lane.outcomes()
        return wanted <= {who for who, outcome, _ in told if outcome == "parked"}

    await until(enough)


def arm(sandbox: Sandbox, people: list[Person]) -> None:
    """For each of them, not for the vendor: the breaker stays closed, and everybody is parked."""
    for person in people:
        sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=409, person=person.email))


async def mend(sandbox: Sandbox) -> None:
    async with sandbox.client() as client:
        await client.clear_faults()


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed(CROWD)
    arm(sandbox, CROWD)
    yield sandbox
    await sandbox.stop()


async def executed(lane: LaneUnderTest, people: list[Person]) -> None:
    async def all_done() -> bool:
        done = sorted(who for who, outcome, _ in await lane.outcomes() if outcome == "executed")
        return done == sorted(f"p1.{person.key}" for person in people)

    await until(all_done)
    assert await lane.entries() == {}
    assert await lane.dead_letters() == []


async def test_nobody_is_forgotten_and_nobody_told_twice(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox, retry_ceiling_s=1)
    lane.retry_budget = 0.1
    early, late = CROWD[:6], CROWD[6:]
    async with lane.working():
        for number, ahead in enumerate((HOUR, -HOUR)):
            set_clock(lane, ahead)
            await parked(lane, early[3 * number : 3 * number + 3], number + 1)
        await mend(sandbox)
        await executed(lane, early)
        arm(sandbox, late)
        await parked(lane, late, 3)
    async with lane.working("w2"):  # whose clock is right: an hour ahead of the one that parked them
        await mend(sandbox)
        await executed(lane, CROWD)
    async with sandbox.client() as client:
        effects = [(entry["effect"], *entry["people"]) for entry in await client.ledger() if entry["people"]]
    assert len(effects) == len(set(effects)) == len(CROWD)
