"""A vendor's job that takes a month, asked about by one worker after the other: it ends once, or is given up once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from lane_support import LaneUnderTest, is_own_alarm, kill, lane_at
from ownership_support import until
from sandbox_support import Clock
from structlog.testing import capture_logs

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from processors.vendors.later import Schedule
from schemas.times import DAY
from streams.control import following
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from schemas.records import Action
    from streams.pipeline import Stage

DAY_S = 86_400.0
STEP_DAYS, RESTARTS = 3, 10
TAKES_DAYS = STEP_DAYS * RESTARTS - 1
ANN, BEN = (Person(key=key, email=f"{key}@example.com", crm=("Contacts",)) for key in ("ann", "ben"))


class LongLane(LaneUnderTest):
    """Its worker's wall clock goes as the vendor's does; a job may take `limit_days`."""

    clock: Clock
    limit_days = 45

    def stage(self, transport: Any) -> Stage:
        stage = super().stage(transport)
        schedule = Schedule(first_s=0.2 * DAY_S, ceiling_s=DAY_S, limit_s=self.limit_days * DAY_S)

        def polls(action: Action) -> Schedule | None:
            return schedule if action == "delete" else None

        self.bench.connector.vendor.polls = polls  # type: ignore[method-assign] # the CRM's own gives up after a day
        self.bench.wall = lambda: now_micros() + round(self.clock.ahead * 1_000_000)
        return stage

    def pass_days(self, days: float) -> None:
        self.clock.ahead += days * DAY_S

    async def asked(self) -> int:
        """How often in all, as the lane state knows; nothing once it is over."""
        return sum(entry.asked for entry in (await self.entries()).values() if entry.status == "accepted")


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[LongLane]:
    clock = Clock()
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000, crm_job_s=TAKES_DAYS * DAY_S, clock=clock)
    await sandbox.start()
    sandbox.seed([ANN, BEN])
    plain = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane = LongLane(plain.settings, sandbox, plain.name, plain.config)
    lane.clock = clock
    lane.config["connections"][lane.name]["options"] |= {"mass_delete_above": 0}
    await lane.deliver(*(lane.delivery(one, "delete", due_at=now_micros() + 45 * DAY) for one in (ANN, BEN)))
    yield lane
    await sandbox.stop()


async def lived(lane: LongLane, what: Any, *, killed: bool) -> None:
    """One worker's life, until something is so."""
    async with http_transport() as transport, following(lane.control, lane.settings):
        owner, task = await lane.start(transport)
        await until(what)
        if killed:
            await kill(owner, task)
            return
        owner.stop()
        await task


async def months_of_restarts(lane: LongLane) -> None:
    """The job is taken, and each worker after that asks about it and is gone, every second one by a kill."""

    async def taken() -> bool:
        return Counter(entry.status for entry in (await lane.entries()).values()) == {"accepted": 2}

    await lived(lane, taken, killed=True)
    for number in range(RESTARTS - 1):
        lane.pass_days(STEP_DAYS)
        before = await lane.asked()

        async def once_more(before: int = before) -> bool:
            return await lane.asked() >= before + 2

        await lived(lane, once_more, killed=number % 2 == 0)


async def words(lane: LongLane) -> Counter[str]:
    return Counter(word for _, word, _ in await lane.outcomes())


async def calls(lane: LongLane) -> Counter[str]:
    """What the vendor was told, by its own word: questions are not in it."""
    async with lane.sandbox.client() as client:
        return Counter(entry["verb"] for entry in await client.ledger())


async def test_a_job_of_thirty_days_ends_once_across_ten_restarts(lane: LongLane) -> None:
    async def done() -> bool:
        return (await words(lane))["executed"] == 2 and not await lane.entries()

    with capture_logs() as logs:
        await months_of_restarts(lane)
        assert (await words(lane))["executed"] == 0
        assert (await calls(lane))["mass_delete"] == 1
        lane.pass_days(STEP_DAYS)
        await lived(lane, done, killed=True)
        told = await words(lane)
        lane.pass_days(20)  # past the deadline: it is over, and nobody speaks of it any more
        await lived(lane, done, killed=False)
    assert (told["accepted"], told["executed"], await words(lane)) == (2, 2, told)
    assert (await calls(lane))["mass_delete"] == 1, "asked about, never ordered again"
    assert [line["alarm"] for line in logs if is_own_alarm(line)] == []
    assert await lane.dead_letters() == []


async def test_a_job_without_end_is_given_up_once_before_the_law_wants_it_done(lane: LongLane) -> None:
    lane.limit_days = TAKES_DAYS - 1

    async def given_up() -> bool:
        return (await words(lane))["failed"] == 2

    with capture_logs() as before:
        await months_of_restarts(lane)
    with capture_logs() as logs:
        lane.pass_days(1.5)  # the limit is over, the job is not
        await lived(lane, given_up, killed=True)
        lane.pass_days(20)
        await lived(lane, given_up, killed=False)
    assert [line["alarm"] for line in before if is_own_alarm(line)] == []
    alarms = Counter(line["alarm"] for line in logs if is_own_alarm(line))
    assert alarms == {"vendor_job_overdue": 2, "delivery_failed": 2}, "one for each person, and none after"
    assert {reason for _, word, reason in await lane.outcomes() if word == "failed"} == {"vendor_job_overdue"}
    assert (await calls(lane))["mass_delete"] == 1
