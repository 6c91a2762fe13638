"""A vendor that fails for one person, is down, or can't be reached: nothing is lost, nobody is dead-lettered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, crm_config, kill, lane_at
from ownership_support import LIMIT_S, until

from infra.ports import unused_ports
from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.ownership.owner import Owner

BEN = Person(key="ben", email="ben@example.com")
CROWD = [Person(key=f"q{number}", email=f"q{number}@example.com") for number in range(12)]
OPEN = 2000
ONE_READ = 500


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, *CROWD])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    """Parks what fails almost at once, and tries it again every second at most."""
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox, retry_ceiling_s=1)
    lane.retry_budget = 0.1
    return lane


async def told(sandbox: Sandbox, who: str) -> list[str]:
    """What the CRM was told about a person, without repeats: each record of theirs is a call."""
    async with sandbox.client() as client:
        effects = [entry["effect"] for entry in await client.ledger() if who in entry["people"]]
    return [effect for number, effect in enumerate(effects) if not number or effect != effects[number - 1]]


async def mend(sandbox: Sandbox) -> None:
    async with sandbox.client() as client:
        await client.clear_faults()


async def executed(lane: LaneUnderTest, count: int, limit_s: float = LIMIT_S) -> None:
    """Wait until so many deliveries are executed, and nothing has become anything else for good."""

    async def enough() -> bool:
        finals = [outcome for _, outcome, _ in await lane.outcomes() if outcome not in {"attempted", "parked"}]
        assert set(finals) <= {"executed"}
        return len(finals) == count

    await until(enough, limit_s)
    assert await lane.dead_letters() == []


async def parked(lane: LaneUnderTest) -> int:
    return sum(entry.status == "parked" for entry in (await lane.entries()).values())


async def test_parked_work_survives_a_kill_and_is_delivered_in_order_when_the_vendor_comes_back(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ben", status=503))
    grant = lane.delivery(BEN, "grant", 1, purposes=("one",))
    await lane.deliver(grant, lane.delivery(BEN, "withdraw", 2, purposes=("two",)), lane.delivery(CROWD[0], "grant"))

    async def both() -> bool:
        return await parked(lane) == 2

    async with http_transport() as transport:
        owner, task = await lane.start(transport)
        await until(both)
        await lane.deliver(lane.delivery(BEN, "withdraw", 3, purposes=("three",)))
        await until(_settled_to(lane, 4))
        await kill(owner, task)
    assert await told(sandbox, "ben") == []
    async with lane.working("w2") as second:
        assert sum(reading.holds["parked"] for reading in second.readings()) == 3
        await mend(sandbox)
        await executed(lane, 4)
    assert await told(sandbox, "ben") == ["grant", "withdraw"]
    assert await lane.entries() == {}


def _settled_to(lane: LaneUnderTest, offset: int):  # type: ignore[no-untyped-def]  # noqa: ANN202
    async def is_so() -> bool:
        mark = await lane.bookmark()
        return mark is not None and mark.offset >= offset

    return is_so


async def test_while_a_vendor_is_down_nobody_is_called_but_for_a_probe_and_then_all_goes_on(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    lane.retry_budget = 30.0
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=503))
    await lane.deliver(*[lane.delivery(person, "withdraw") for person in CROWD])
    async with lane.working():
        breaker = lane.bench.breaker
        await until(lambda: (breaker.cause, breaker.state(lane.bench.steady())) == ("down", "open"))
        assert lane.status.ready, "that a vendor is down is no fault of ours"
        await mend(sandbox)
        await executed(lane, len(CROWD))
        assert breaker.state(lane.bench.steady()) == "closed"


async def test_an_address_that_cant_be_reached_halts_the_lane_until_it_can(
    lane: LaneUnderTest, tmp_path: Path
) -> None:
    port, first = next(unused_ports()), Sandbox(tmp_path / "first.jsonl", limits_scale=1000)
    await first.start(port)
    lane.config = crm_config(lane.name, first, retry_ceiling_s=1)
    await first.stop()
    lane.sandbox = later = Sandbox(tmp_path / "later.jsonl", limits_scale=1000)  # whose secrets the lane has
    later.seed(CROWD)
    await lane.deliver(*[lane.delivery(person, "withdraw") for person in CROWD])
    role = f"lane {lane.name}"
    async with lane.working():
        await until(lambda: lane.status.roles[role].state == "halted")
        assert [reason for reason, _ in lane.status.roles[role].problems.values()] == ["unreachable"]
        assert await lane.outcomes() == []
        await later.start(port)
        await executed(lane, len(CROWD))
        assert lane.status.ready
    await later.stop()


def in_hand(owner: Owner) -> int:
    work = owner._holdings[0].work
    return len(work._core._book.mark) if work else 0  # type: ignore[attr-defined]


async def test_with_a_dead_vendor_the_partition_is_paused_and_memory_bounded(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    crowd = [Person(key=f"z{number}", email=f"z{number}@example.com") for number in range(OPEN + 2 * ONE_READ)]
    sandbox.seed(crowd)
    lane.config = crm_config(lane.name, sandbox, concurrency=32)
    lane.retry_budget = 30.0
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=503))
    await lane.deliver(*[lane.delivery(person, "withdraw") for person in crowd])
    async with lane.working() as owner:
        await until(lambda: in_hand(owner) >= OPEN and bool(owner._consumer.paused()))
        assert in_hand(owner) < OPEN + ONE_READ
        await mend(sandbox)
        await executed(lane, len(crowd), 120)
    mark = await lane.bookmark()
    assert mark is not None
    assert mark.offset >= len(crowd)
