"""A lane that asks its vendor later, on the real broker and over real HTTP: jobs and read-backs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, crm_config, is_own_alarm, kill, lane_at
from ownership_support import until
from reading import audit
from structlog.testing import capture_logs

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from streams.control import following

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from processors.engine.transport import Request, Transport
    from processors.vendors.calls import Reply

CROWD = [Person(key=f"q{number}", email=f"q{number}@example.com", crm=("Contacts",)) for number in range(5)]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000, crm_job_s=3.0)
    await sandbox.start()
    sandbox.seed(CROWD)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    return await lane_at(kafka.bootstrap, tmp_path, sandbox)


class WaitsAfterAPurge:
    """Once somebody was purged no request goes out until it may: nobody is looked up before."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._purged = False
        self.go_on = asyncio.Event()

    async def __call__(self, request: Request) -> Reply:
        if self._purged:
            await self.go_on.wait()
        reply = await self._transport(request)
        self._purged = self._purged or "recycle_bin" in request.url
        return reply


def asking(lane: LaneUnderTest, read_back: str = "off", **options: float) -> None:
    lane.config = crm_config(lane.name, lane.sandbox, read_back=read_back)
    lane.config["connections"][lane.name]["options"] |= options


async def known(sandbox: Sandbox, person: Person) -> bool:
    async with sandbox.client() as client:
        return bool((await client.person(person.key))["zoho_crm"]["known"])


async def counted(lane: LaneUnderTest, outcome: str) -> int:
    return sum(word == outcome for _, word, _ in await lane.outcomes())


async def test_a_vendors_job_is_polled_on_by_whoever_takes_over_and_ends_once_for_each_person(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    asking(lane, mass_delete_above=0, job_poll_s=0.5)
    await lane.deliver(*[lane.delivery(person, "delete") for person in CROWD])

    jobs: set[str | None] = set()

    async def taken() -> bool:
        jobs.update(entry.job_id for entry in (await lane.entries()).values() if entry.status == "accepted")
        return bool(jobs)

    async with http_transport() as transport:
        owner, task = await lane.start(transport)
        await until(taken)
        await kill(owner, task)
    assert None not in jobs
    async with lane.working("w2"):

        async def done() -> bool:
            return await counted(lane, "executed") == len(CROWD)

        await until(done)
    assert [await known(sandbox, person) for person in CROWD] == [False] * len(CROWD)
    finals = [who for who, word, _ in await lane.outcomes() if word == "executed"]
    assert sorted(finals) == sorted(f"p1.{person.key}" for person in CROWD)
    assert await lane.entries() == {}


async def test_a_vendor_that_still_has_the_person_is_told_again_and_that_is_alarmed(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    asking(lane, "2s")
    ann, ben = CROWD[:2]
    await lane.deliver(lane.delivery(ann, "delete"), lane.delivery(ben, "withdraw"))

    async def deleted() -> bool:
        return (f"p1.{ann.key}", "executed", None) in await lane.outcomes()

    async def verified() -> bool:
        return await counted(lane, "verified") == 2

    with capture_logs() as logs:
        async with http_transport() as real, following(lane.control, lane.settings):
            transport = WaitsAfterAPurge(real)
            owner, task = await lane.start(transport)
            await until(deleted)
            async with sandbox.client() as client:
                await client.happen("zoho_crm", "add", ann.key)  # as another app or an import would
            transport.go_on.set()
            await until(verified)
            owner.stop()
            await task
    assert not await known(sandbox, ann)
    mine = await audit(lane.settings)
    told = [(r.kind, r.outcome, r.cycle) for r in mine if r.lane == lane.name and r.pid == f"p1.{ann.key}"]
    assert [one for one in told if one[1] != "attempted"] == [
        ("outcome", "executed", 0),
        ("cycle", None, 1),
        ("outcome", "executed", 1),
        ("outcome", "verified", 1),
    ]
    alarms = [entry["alarm"] for entry in logs if is_own_alarm(entry)]
    assert alarms == ["vendor_still_has_person"]
    assert await lane.entries() == {}
