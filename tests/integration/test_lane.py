"""A lane at work against the sandbox: order, retries, halts, hand-over; the vendor is asked, not the relay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, crm_config, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox
from schemas.codec import encode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

ADA = Person(key="ada", email="ada@example.com", crm=("Contacts", "Leads"))
BEN = Person(key="ben", email="ben@example.com")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([ADA, BEN])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    return await lane_at(kafka.bootstrap, tmp_path, sandbox)


async def test_one_persons_instructions_reach_the_vendor_in_order(lane: LaneUnderTest, sandbox: Sandbox) -> None:
    actions = ["withdraw", "grant", "withdraw", "grant", "withdraw"]
    each = enumerate(actions, 1)  # of a purpose of its own: what a newer one decides anew would not be done at all
    deliveries = [lane.delivery(ADA, action, number, purposes=(f"p{number}",)) for number, action in each]
    await lane.deliver(*deliveries, lane.delivery(BEN, "withdraw", 9))
    async with lane.working():
        await lane.settled(6)
    async with sandbox.client() as client:
        ledger = await client.ledger()
    effects = [entry["effect"] for entry in ledger if "ada" in entry["people"]]
    assert [effect for number, effect in enumerate(effects) if not number or effect != effects[number - 1]] == actions


async def test_a_transient_failure_is_retried_and_one_that_lasts_too_long_ends_in_the_dead_letters(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    lane.config = crm_config(lane.name, sandbox, retry_for_s=1)
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ada", times=2, status=503))
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ben", status=500))
    failing, later = lane.delivery(BEN, "withdraw", 2), lane.delivery(BEN, "grant", 3, purposes=("prospecting",))
    await lane.deliver(lane.delivery(ADA, "withdraw", 1), failing, later)
    async with lane.working():
        outcomes = await lane.settled(3)
    assert ("p1.ada", "executed", None) in outcomes
    assert [(outcome, reason) for pid, outcome, reason in outcomes if pid == "p1.ben"] == [
        ("failed", "gave_up_after_http_500")
    ] * 2
    letters = await lane.dead_letters()
    assert [lane_letter.source for lane_letter in letters] == ["lane", "lane"]
    assert {entry.status for entry in (await lane.entries()).values()} == {"failed"}


async def test_dead_letters_of_a_lane_hold_the_delivery_byte_for_byte(lane: LaneUnderTest) -> None:
    from lane_support import SEALS  # noqa: PLC0415

    person = Person(key="nobody", email="x@example.com")
    nameless = lane.delivery(person, "delete", 1, sealed=None)
    await lane.deliver(nameless, b"no delivery at all")
    async with lane.working():
        assert await lane.settled(1) == [("p1.nobody", "failed", "missing_identity")]
        await until(lambda: _has_letters(lane, 2))
    opened = {SEALS.open_dead(letter.sealed, letter.origin) for letter in await lane.dead_letters()}
    assert opened == {encode(nameless), b"no delivery at all"}


async def _has_letters(lane: LaneUnderTest, count: int) -> bool:
    return len(await lane.dead_letters()) == count


async def test_rejected_credentials_halt_the_lane_and_dead_letter_nobody(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    fault = sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=401))
    await lane.deliver(lane.delivery(ADA, "withdraw", 1), lane.delivery(BEN, "withdraw", 2))
    role = f"lane {lane.name}"
    async with lane.working():
        await until(lambda: lane.status.roles[role].state == "halted")
        assert not lane.status.ready
        assert await lane.outcomes() == []
        async with sandbox.client() as client:
            await client.clear_faults(fault)
        assert {outcome for _, outcome, _ in await lane.settled(2)} == {"executed"}  # by itself, with the next probe
        assert lane.status.ready
    assert await lane.dead_letters() == []


async def test_a_long_retry_after_holds_the_lane_and_spends_nobodys_retries(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane.retry_budget = 1.0
    for _ in range(2):
        sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ada", times=1, status=429, retry_after_s=2))
    await lane.deliver(lane.delivery(ADA, "withdraw", 1))
    async with lane.working():
        assert await lane.settled(1) == [("p1.ada", "executed", None)]


async def test_deletions_of_many_people_share_calls_and_leave_nothing_in_the_recycle_bin(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    crowd = [Person(key=f"q{number}", email=f"q{number}@example.com") for number in range(120)]
    sandbox.seed(crowd)
    await lane.deliver(*[lane.delivery(person, "delete", 1) for person in crowd])
    async with lane.working():
        outcomes = await lane.settled(120)
    assert {outcome for _, outcome, _ in outcomes} == {"executed"}
    async with sandbox.client() as client:
        states = await client.everybody("zoho_crm")
        ledger = await client.ledger()
    assert all(not states[person.key]["zoho_crm"]["records"] for person in crowd)  # nor in the recycle bin
    assert not [entry for entry in ledger if entry["effect"] == "workflow"]
    assert len([entry for entry in ledger if entry["verb"] == "delete"]) < 20


async def test_a_failed_instruction_shrinks_by_what_newer_ones_settle(lane: LaneUnderTest, sandbox: Sandbox) -> None:
    fault = sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ben", status=400))
    both = ("comms-marketing", "prospecting")
    old = lane.delivery(BEN, "withdraw", 1, purposes=both)
    await lane.deliver(old)
    async with lane.working():
        await lane.settled(1)
        async with sandbox.client() as client:
            await client.clear_faults(fault)
        await lane.deliver(lane.delivery(BEN, "grant", 2, purposes=("prospecting",)))
        await lane.settled(2)
        (entry,) = (await lane.entries()).values()
        assert [(cell.purpose, cell.channel) for cell in entry.delivery.overtaken] == [("prospecting", "email")]
        await lane.deliver(lane.delivery(BEN, "withdraw", 3))
        await lane.settled(3)
        assert await lane.entries() == {}


async def test_a_restart_does_nothing_twice(lane: LaneUnderTest, sandbox: Sandbox) -> None:
    await lane.deliver(lane.delivery(ADA, "withdraw", 1), lane.delivery(BEN, "withdraw", 2))
    async with lane.working():
        await lane.settled(2)
    async with sandbox.client() as client:
        before = len(await client.ledger())
    await lane.deliver(lane.delivery(ADA, "grant", 3))
    async with lane.working("w2"):
        assert len(await lane.settled(3)) == 3
    async with sandbox.client() as client:
        assert {entry["effect"] for entry in (await client.ledger())[before:]} == {"grant"}
