"""What the books must keep is masked, and erased at its review date, unless a hold keeps it; so with what failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from lane_support import LaneUnderTest, crm_config, kill, lane_at
from ownership_support import until
from reading import audit

from infra.sandbox import Fault, Person, Sandbox
from infra.sandbox.vendors.zoho_books import ORGANISATION, ZohoBooks
from processors.engine.transport import http_transport
from schemas.codec import encode
from schemas.connections import parse_config
from schemas.records import Command
from schemas.state import Hold, SubjectState
from schemas.times import DAY
from streams import clients, topics
from streams.control import following
from streams.lanes.hold_lookup import held_at
from streams.lanes.orders.redriving import REDRIVE
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from conftest import KafkaUnderTest

    from schemas.records import AuditRecord
    from streams.pipeline import Stage

CUSTOMER = Person(key="r-cus", email="r.cus@example.com", books=("invoiced",))
PID = f"p1.{CUSTOMER.key}"
pytestmark = pytest.mark.usefixtures("topics")


@dataclass
class LaterLane(LaneUnderTest):
    """Its clock is so far ahead as the test says, µs; `looked`: what every look for holds has found."""

    ahead: int = 0
    looked: list[set[str]] = field(default_factory=list)

    def stage(self, transport: Any) -> Stage:
        stage = super().stage(transport)
        connection = parse_config(self.config, "test").connections[self.name]

        async def held(partition: int, people: Collection[str]) -> set[str]:
            self.looked.append(await held_at(self.settings, connection, "oomnis", partition, people))
            return self.looked[-1]

        self.bench.wall, self.bench.held = lambda: now_micros() + self.ahead, held
        return stage

    async def told(self, kind: str) -> list[AuditRecord]:
        records = [one for one in await audit(self.settings) if one.lane == self.name and one.kind == kind]
        return [one for one in records if one.outcome != "attempted"]

    async def has_told(self, outcome: str) -> bool:
        return outcome in {one.outcome for one in await self.told("outcome")}

    async def stands(self, *holds: Hold) -> None:
        """The person's state, as a router keeps it."""
        producer = clients.writer(self.settings)
        await producer.start()
        state = SubjectState(pid=PID, controller="oomnis", holds=holds)
        await producer.send_and_wait(topics.STATE, encode(state), key=PID.encode(), partition=0)
        await producer.stop()


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([CUSTOMER])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaterLane:
    plain = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    urls = sandbox.settings.base_urls
    books = {"accounts_url": urls["zoho_accounts"], "organization_id": ORGANISATION, "keep_years": 10}
    about = {"adapter": "zoho_books", "serves": ["zoho-one/erp"], "base_url": urls["zoho_books"], "options": books}
    return LaterLane(plain.settings, sandbox, plain.name, crm_config(plain.name, sandbox, **about))


def held_contacts(sandbox: Sandbox) -> list[Any]:
    vendor = sandbox.engines["zoho_books"].vendor
    assert isinstance(vendor, ZohoBooks)
    return list(vendor.state(CUSTOMER)["contacts"])


async def test_what_the_books_must_keep_is_erased_when_they_need_not_any_more(lane: LaterLane) -> None:
    await lane.deliver(lane.delivery(CUSTOMER, "delete"))
    async with lane.working():
        await until(lambda: lane.has_told("retained"))
    ((first,), (entry,)) = await lane.told("outcome"), (await lane.entries()).values()
    assert (entry.status, entry.next_at, entry.delivery.cycle) == ("retained", first.review_at, 0)
    assert [one["persons"] for one in held_contacts(lane.sandbox)] == [0], "masked, and still there"

    async with lane.working():
        assert lane.looked == [], "not before its date"
    assert first.review_at
    lane.ahead = first.review_at - now_micros() + DAY
    lane.sandbox.engines["zoho_books"].vendor.happen("documents_deleted", CUSTOMER, {})
    await lane.stands(Hold(event_id="h", purposes=("*",), placed_at=now_micros(), review_at=None))
    async with http_transport() as transport, following(lane.control, lane.settings):
        killed = await lane.start(transport)
        await until(lambda: lane.looked == [{PID}])
        await kill(*killed)
    assert (await lane.told("cycle"), len(held_contacts(lane.sandbox))) == ([], 1), "a hold keeps it"

    await lane.stands()
    async with lane.working():
        await until(lambda: lane.has_told("executed"))
    assert lane.looked == [{PID}, set()]
    (cycle,) = await lane.told("cycle")
    assert (cycle.cycle, cycle.reason, cycle.delivery_id) == (1, "review_date", first.delivery_id)
    assert [(one.outcome, one.cycle) for one in await lane.told("outcome")] == [("retained", 0), ("executed", 1)]
    assert held_contacts(lane.sandbox) == []
    assert await lane.entries() == {}


async def test_a_deletion_that_failed_is_not_sent_once_more_while_a_hold_keeps_the_data(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    plain = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane = LaterLane(plain.settings, sandbox, plain.name, plain.config)
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=400))
    async with lane.working():
        await lane.deliver(lane.delivery(CUSTOMER, "delete"))
        await until(lambda: lane.has_told("failed"))
        async with sandbox.client() as client:
            await client.clear_faults()
        await lane.stands(Hold(event_id="h", purposes=("*",), placed_at=now_micros(), review_at=None))
        assert await redriven(lane, "one") == "1 left as they are: a legal hold keeps what they would delete"
        assert [entry.status for entry in (await lane.entries()).values()] == ["failed"]
        await lane.stands()
        assert await redriven(lane, "two") == "1 sent once more"
        await until(lambda: lane.has_told("executed"))
    assert lane.looked == [{PID}, set()]
    assert [(one.outcome, one.cycle) for one in await lane.told("outcome")] == [("failed", 0), ("executed", 1)]


async def redriven(lane: LaterLane, command_id: str) -> str | None:
    """Give the command as the command line does; what partition 0 says of it."""
    command = Command(
        command_id=f"{lane.name}-{command_id}", name=REDRIVE, lane=lane.name, args={}, by="ops", reason="x", at=0
    )
    producer = clients.writer(lane.settings)
    await producer.start()
    await producer.send_and_wait(topics.CONTROL, encode(command), partition=0)
    await producer.stop()

    async def said() -> list[str | None]:
        of_it = [
            one for one in await audit(lane.settings) if one.command and one.command.command_id == command.command_id
        ]
        return [one.evidence.detail for one in of_it if one.evidence and "nothing" not in (one.evidence.detail or "")]

    async def has_said() -> bool:
        return bool(await said())

    await until(has_said)
    return (await said())[0]
