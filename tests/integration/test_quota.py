"""What a lane has used of the vendor's limits outlives hand-overs and deaths, partition by partition."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lane_support import PARTITIONS, LaneUnderTest, lane_at
from ownership_support import until
from reading import committed

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from schemas.codec import decode, encode
from schemas.quota import Quota
from schemas.records import Bookmark
from streams import clients, topics
from streams.ownership.tenure import OFFSET_KEY, QUOTA_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.ownership.owner import Owner

CALLS = 40
PEOPLE = [Person(key=f"p{n}", email=f"p{n}@example.com", crm=("Contacts",)) for n in range(CALLS)]
LIMITS = [{"calls": CALLS, "seconds": 86_400}]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl")
    await sandbox.start()
    sandbox.seed(PEOPLE)
    yield sandbox
    await sandbox.stop()


async def limited(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox, **more: Any) -> LaneUnderTest:
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox, limits=LIMITS, **more)
    return replace(lane, scale=1.0)


def called(sandbox: Sandbox) -> int:
    return sum(sandbox.engines["zoho_crm"].served.values())


async def kept(lane: LaneUnderTest) -> dict[int, Quota]:
    """The newest record of each partition."""
    scanned = await committed(lane.settings, topics.lane_state(lane.name))
    found = {record.partition: record.value for record in scanned if record.key == QUOTA_KEY}
    return {partition: decode(Quota, value) for partition, value in found.items()}


async def used(lane: LaneUnderTest) -> int:
    uses = [use for quota in (await kept(lane)).values() for window in quota.windows for use in window.uses]
    return sum(use.ahead + sum(slot.calls for slot in use.slots) for use in uses)


async def kill(owner: Owner, task: asyncio.Task[None]) -> None:
    """As kill -9 would: nothing is finished, nothing handed over."""
    holdings = list(owner._holdings.values())
    owner._holdings.clear()
    for each in [*(holding.task for holding in holdings), task]:
        each.cancel()
    await asyncio.gather(*(holding.task for holding in holdings), task, return_exceptions=True)


async def test_a_clean_end_says_exactly_how_many_calls_were_made(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    lane = await limited(kafka, tmp_path, sandbox)
    await lane.deliver(*(lane.delivery(person, "withdraw", n) for n, person in enumerate(PEOPLE[:3], 1)))
    async with lane.working():
        await lane.settled(3)
    assert called(sandbox) == 9, "two look-ups and a change for each"
    assert set(await kept(lane)) == set(range(PARTITIONS))
    assert await used(lane) == 9


async def test_deaths_never_let_more_calls_out_than_the_limit_and_cost_few(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    lane = await limited(kafka, tmp_path, sandbox)
    await lane.deliver(*(lane.delivery(person, "withdraw", n) for n, person in enumerate(PEOPLE, 1)))
    async with http_transport() as transport:
        for enough in (5, 10):
            owner, task = await lane.start(transport)
            await until(lambda enough=enough: called(sandbox) >= enough)
            await kill(owner, task)
    async with lane.working():

        async def used_up() -> bool:
            return await used(lane) >= CALLS

        await until(used_up)
        # A death wastes at most what was reserved and what didn't arrive any more: here two calls a partition.
        await until(lambda: called(sandbox) >= CALLS - 2 * 2 * PARTITIONS)
    assert called(sandbox) <= CALLS


async def test_work_that_needs_no_call_leaves_a_record_as_well(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    lane = await limited(kafka, tmp_path, sandbox)
    await lane.deliver(b"no delivery")
    async with http_transport() as transport:
        owner, task = await lane.start(transport)

        async def settled() -> bool:
            return len(await lane.dead_letters()) == 1

        await until(settled)
        await kill(owner, task)
    assert called(sandbox) == 0
    await lane.deliver(lane.delivery(PEOPLE[0], "withdraw", 1))
    async with lane.working():
        await lane.settled(1)


@pytest.mark.parametrize(("unrecorded", "goes"), [("halt", False), ("all", False), ("none", True)])
async def test_a_lane_that_worked_and_has_no_record_asks_what_was_used(
    kafka: KafkaUnderTest,
    tmp_path: Path,
    sandbox: Sandbox,
    unrecorded: str,
    goes: bool,  # noqa: FBT001
) -> None:
    lane = await limited(kafka, tmp_path, sandbox, unrecorded_use=unrecorded)
    await lane.deliver(*(lane.delivery(person, "withdraw", n) for n, person in enumerate(PEOPLE[:2], 1)))
    producer = clients.writer(lane.settings)
    await producer.start()
    for partition in range(PARTITIONS):
        worked = encode(Bookmark(offset=0, settled=(0,) if partition == 0 else (7,), at=1))
        await producer.send_and_wait(topics.lane_state(lane.name), worked, key=OFFSET_KEY, partition=partition)
    await producer.stop()
    async with http_transport() as transport:
        owner, task = await lane.begin(transport)
        if goes:
            await lane.settled(1)
        elif unrecorded == "halt":
            role = lane.status.roles
            await until(lambda: len(role[f"lane {lane.name}"].problems) == PARTITIONS if role else False)
            reason, text = role[f"lane {lane.name}"].problems["0"]
            assert reason == "quota_unknown"
            assert f"connections.{lane.name}.unrecorded_use" in text
        else:
            await until(lambda: owner.held == list(range(PARTITIONS)))
        assert bool(called(sandbox)) is goes
        owner.stop()
        await task
