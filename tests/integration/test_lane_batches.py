"""Several people in one call, against the sandbox: who spoils it fails alone; how long it waits, and for how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from eraser_support import MOST_BYTES, NAME, Eraser, ErasingVendor, serve
from lane_support import LaneUnderTest, crm_config, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox
from processors.vendors.base import VENDORS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

MOST = 100
LONG_S = 60.0
"""Of waiting for company: longer than these tests wait for anything."""


def crowd(count: int) -> list[Person]:
    return [Person(key=f"q{number}", email=f"q{number}@example.com") for number in range(count)]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    serve(sandbox)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    return await lane_at(kafka.bootstrap, tmp_path, sandbox)


async def calls(sandbox: Sandbox, effect: str, vendor: str = "zoho_crm") -> list[list[str]]:
    """Whom each accepted call was about."""
    async with sandbox.client() as client:
        ledger = await client.ledger()
    return [entry["people"] for entry in ledger if (entry["vendor"], entry["effect"]) == (vendor, effect)]


async def left(sandbox: Sandbox, vendor: str = "zoho_crm") -> list[str]:
    """Whom the vendor still holds, its recycle bin included."""
    async with sandbox.client() as client:
        states = await client.everybody(vendor)
    return sorted(who for who, state in states.items() if state[vendor].get("records") or state[vendor].get("known"))


def deletions(lane: LaneUnderTest, people: list[Person]) -> list[Any]:
    return [lane.delivery(person, "delete") for person in people]


async def test_a_person_who_cannot_be_looked_up_fails_alone_and_the_others_of_the_call_are_deleted(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    people = crowd(8)
    sandbox.seed(people)
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", verb="search", person="q3", status=400))
    nameless = lane.delivery(people[5], "delete", sealed=None)
    await lane.deliver(*deletions(lane, people[:5]), nameless, *deletions(lane, people[6:]))
    async with lane.working():
        outcomes = await lane.settled(8)
    assert sorted(one for one in outcomes if one[1] != "executed") == [
        ("p1.q3", "failed", "http_400"),
        ("p1.q5", "failed", "missing_identity"),
    ]
    assert await left(sandbox) == ["q3", "q5"]
    (together,) = [whom for whom in await calls(sandbox, "delete") if len(whom) > 1]
    assert len(together) > 1


async def test_the_one_who_spoils_a_call_is_found_and_nobody_else_pays_for_it(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    people = crowd(12)
    sandbox.seed(people)
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", verb="delete", person="q7", status=413))
    await lane.deliver(*deletions(lane, people))
    async with lane.working():
        outcomes = await lane.settled(12)
        async with sandbox.client() as client:
            served = await client.served()
    assert [one for one in outcomes if one[1] != "executed"] == [("p1.q7", "failed", "http_413")]
    assert await left(sandbox) == ["q7"]
    assert [letter.reason for letter in await lane.dead_letters()] == ["http_413"]
    assert sorted(who for whom in await calls(sandbox, "purge") for who in whom) == sorted(
        person.key for person in people if person.key != "q7"
    )
    refused = [row["calls"] for row in served["zoho_crm"] if (row["verb"], row["status"]) == ("delete", 413)]
    assert sum(refused) <= 5, "12, 6, 3, 2 and 1"


async def test_a_full_call_goes_at_once_and_the_rest_waits_until_its_time_has_come(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    people = crowd(MOST + 2)
    sandbox.seed(people)
    lane.config = crm_config(lane.name, sandbox, batch_wait_s=LONG_S)
    await lane.deliver(*deletions(lane, people))
    async with lane.working():
        await lane.settled(MOST, LONG_S)
        assert [len(whom) for whom in await calls(sandbox, "delete")] == [MOST]
        outcomes = await lane.settled(MOST + 2, 2 * LONG_S)
    assert {outcome for _, outcome, _ in outcomes} == {"executed"}
    assert [len(whom) for whom in await calls(sandbox, "delete")] == [MOST, 2]


async def test_who_waits_for_company_is_overtaken_and_left_behind_at_a_stop_like_anybody_else(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    people = crowd(3)
    sandbox.seed(people)
    lane.config = crm_config(lane.name, sandbox, batch_wait_s=LONG_S)
    await lane.deliver(*deletions(lane, people))
    async with lane.working():
        await lane.deliver(lane.delivery(people[0], "delete", 2))
        assert await lane.settled(1) == [("p1.q0", "superseded", "overtaken")]
        await lane.deliver(
            lane.delivery(people[0], "withdraw", 3), lane.delivery(Person(key="z", email="z@z.zz"), "grant")
        )
        assert ("p1.z", "no_match", None) in await lane.settled(2)
    assert await lane.ended_cleanly()
    assert await calls(sandbox, "delete") == []
    lane.config = crm_config(lane.name, sandbox, batch_wait_s=0)
    async with lane.working("w2"):
        await lane.settled(6)
    assert await left(sandbox) == []
    assert await lane.entries() == {}


async def test_a_vendor_that_counts_bytes_is_told_no_more_than_it_takes(
    lane: LaneUnderTest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VENDORS, NAME, Eraser)
    lane.config = eraser_config(lane, sandbox)
    people = crowd(60)
    giant = Person(key="giant", email=f"{'x' * MOST_BYTES}@example.com")
    sandbox.seed([*people, giant])
    await lane.deliver(*deletions(lane, [*people[:30], giant, *people[30:]]))
    async with lane.working():
        outcomes = await lane.settled(61)
    assert [one for one in outcomes if one[1] != "executed"] == [("p1.giant", "failed", "http_413")]
    assert await left(sandbox, NAME) == ["giant"]
    vendor = sandbox.engines[NAME].vendor
    assert isinstance(vendor, ErasingVendor)
    assert MOST_BYTES // 2 < max(vendor.loads) <= MOST_BYTES
    async with sandbox.client() as client:
        served = await client.served()
    assert [row["calls"] for row in served[NAME] if row["status"] == 413] == [1], (
        "only the one who is too large alone"
    )


def eraser_config(lane: LaneUnderTest, sandbox: Sandbox) -> dict[str, Any]:
    config = crm_config(lane.name, sandbox, adapter=NAME, secrets={}, options={})
    config["connections"][lane.name]["base_url"] = f"{sandbox.world.base_url}/{NAME}"
    return config


async def test_a_surge_of_a_thousand_deletions_goes_in_few_calls_and_a_withdrawal_does_not_wait_for_them(
    lane: LaneUnderTest, sandbox: Sandbox
) -> None:
    people = crowd(1000)
    ben = Person(key="ben", email="ben@example.com")
    sandbox.seed([*people, ben])
    await lane.deliver(*deletions(lane, people), lane.delivery(ben, "withdraw"))
    async with lane.working():
        outcomes = await lane.settled(1001, 120)
    assert {outcome for _, outcome, _ in outcomes} == {"executed"}
    assert outcomes.index(("p1.ben", "executed", None)) < 1000
    purged = await calls(sandbox, "purge")
    assert sorted(who for whom in purged for who in whom) == sorted(person.key for person in people)
    assert max(map(len, purged)) == MOST
    assert len(purged) <= 20
    assert await left(sandbox) == ["ben"]


async def test_the_probe_of_a_vendor_that_refuses_us_is_one_person(lane: LaneUnderTest, sandbox: Sandbox) -> None:
    people = crowd(20)
    sandbox.seed(people)
    fault = sandbox.arm(Fault(kind="status", vendor="zoho_crm", verb="search", status=401))
    await lane.deliver(*deletions(lane, people))
    async with lane.working():
        await until(lambda: lane.bench.breaker.cause == "refused")
        async with sandbox.client() as client:
            await client.clear_faults(fault)
        outcomes = await lane.settled(20)
    assert {outcome for _, outcome, _ in outcomes} == {"executed"}
    probe, *_ = await calls(sandbox, "delete")
    assert len(probe) == 1
    assert await lane.dead_letters() == []
