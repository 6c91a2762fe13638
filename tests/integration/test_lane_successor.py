"""The owner of a lane after one that died: what it waits for, what it finishes, and what it says of its own end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lane_support import PARTITIONS, LaneUnderTest, kill, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from streams.lanes.work import LaneWork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

ADA = Person(key="ada", email="ada@example.com", crm=("Contacts", "Leads"))


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([ADA])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    return await lane_at(kafka.bootstrap, tmp_path, sandbox)


async def records_of(sandbox: Sandbox, person: Person) -> list[dict[str, object]]:
    async with sandbox.client() as client:
        state = await client.person(person.key)
    found: list[dict[str, object]] = state["zoho_crm"]["records"]
    return found


async def test_a_worker_that_died_between_delete_and_purge_is_finished_by_the_next(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    hang = sandbox.arm(Fault(kind="hang", vendor="zoho_crm", verb="purge"))
    await lane.deliver(lane.delivery(ADA, "delete", 1))
    async with http_transport() as transport:
        owner, task = await lane.start(transport)
        await until(lambda: _in_bin(sandbox))
        await kill(owner, task)
    assert {outcome for _, outcome, _ in await lane.outcomes()} == {"attempted"}
    async with sandbox.client() as client:
        await client.clear_faults(hang)
    async with lane.working():
        assert await lane.settled(1) == [("p1.ada", "executed", None)]
    assert await records_of(sandbox, ADA) == []  # nor in the recycle bin
    assert await lane.entries() == {}


async def _in_bin(sandbox: Sandbox) -> bool:
    records = await records_of(sandbox, ADA)
    return all(record["in_bin"] for record in records)


async def test_after_a_death_the_next_owner_waits_for_calls_that_may_be_in_the_air(
    lane: LaneUnderTest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: dict[int, tuple[float, int]] = {}
    wait = LaneWork._waited

    async def calls() -> int:
        async with sandbox.client() as client:
            return len(await client.ledger())

    async def watched(work: LaneWork, seconds: float) -> bool:
        over = await wait(work, seconds)
        waits[work._partition] = seconds, await calls()
        return over

    await lane.deliver(lane.delivery(ADA, "withdraw", 1))
    async with http_transport() as transport:
        owner, task = await lane.start(transport)
        await lane.settled(1)
        await kill(owner, task)
    await lane.deliver(lane.delivery(ADA, "grant", 2))
    monkeypatch.setattr(LaneWork, "_waited", watched)
    before = await calls()
    async with lane.working():
        await lane.settled(2)
        await until(lambda: len(waits) == PARTITIONS)  # who is asked to end meanwhile leaves no mark of a clean end
    assert waits.pop(0) == (lane.bench.call_limit_s, before)  # the call timeout, and no call before it was over
    assert len(waits) == PARTITIONS - 1
    waits.clear()
    async with lane.working():  # now the end was clean
        await lane.deliver(lane.delivery(ADA, "withdraw", 3))
        await lane.settled(3)
    assert waits == {}


async def test_only_who_waited_and_left_nothing_in_the_air_says_that_the_end_was_clean(
    lane: LaneUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with http_transport() as transport:
        owner, task = await lane.start(transport)
        await kill(owner, task)
    wait, waited = LaneWork._waited, set()

    async def too_short(work: LaneWork, _: float) -> bool:
        return await wait(work, 600)

    async def watched(work: LaneWork, seconds: float) -> bool:
        over = await wait(work, seconds)
        waited.add(work._partition)
        return over

    monkeypatch.setattr(LaneWork, "_waited", too_short)
    async with lane.working():  # stopped before a call of the first owner can have ended
        pass
    assert not await lane.ended_cleanly()
    monkeypatch.setattr(LaneWork, "_waited", watched)
    async with lane.working():
        await until(lambda: waited == set(range(PARTITIONS)))
    assert await lane.ended_cleanly()
