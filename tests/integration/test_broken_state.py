"""What somebody's hand or a broken disk left in a lane's topics: the partition halts, says why and skips nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog
from lane_support import PARTITIONS, SEALS, lane_at
from ownership_support import until
from reading import committed

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from schemas.codec import encode
from schemas.records import Delivery, LaneEntry
from schemas.sealing import Seals
from streams import clients, topics
from streams.ownership.tenure import CONTROL_KEY, OFFSET_KEY, QUOTA_KEY, now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from conftest import KafkaUnderTest
    from lane_support import LaneUnderTest

ANN, BEN = (Person(key=key, email=f"{key}@broken.test") for key in ("ann", "ben"))
STRANGE = b"ann@broken.test"


def entry_of(delivery: Delivery) -> LaneEntry:
    return LaneEntry(delivery=delivery, status="parked", attempt=1, since=now_micros(), next_at=None, offset=0)


def name_of(delivery: Delivery) -> bytes:
    return f"{delivery.pid}|{delivery.delivery_id}".encode()


BREAKS: dict[str, Callable[[Delivery], tuple[bytes, bytes]]] = {
    "an entry of garbage": lambda one: (name_of(one), b"garbage"),
    "another record's kind": lambda one: (name_of(one), encode(one)),
    "an entry under another's key": lambda one: (name_of(one)[:-1] + b"x", encode(entry_of(one))),
    "a key that names a person": lambda one: (STRANGE, encode(entry_of(one))),
    "a bookmark of garbage": lambda _: (OFFSET_KEY, b"garbage"),
    "a quota of garbage": lambda _: (QUOTA_KEY, b"\xc3\x01"),
    "a command's mark of garbage": lambda _: (CONTROL_KEY, b"1"),
}


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[LaneUnderTest]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([ANN, BEN])
    yield await lane_at(kafka.bootstrap, tmp_path, sandbox)
    await sandbox.stop()


async def write(lane: LaneUnderTest, topic: str, key: bytes, value: bytes | None) -> None:
    producer = clients.writer(lane.settings)
    await producer.start()
    await producer.send_and_wait(topic, value, key=key, partition=0)
    await producer.stop()


async def last_value(lane: LaneUnderTest, key: bytes) -> bytes | None:
    scanned = await committed(lane.settings, topics.lane_state(lane.name), partitions=[0])
    values = [record.value for record in scanned if record.key == key]
    return values[-1] if values else None


async def halted(lane: LaneUnderTest) -> tuple[str, str]:
    """Start the lane; why partition 0 stands still, while the others work."""
    async with http_transport() as transport:
        owner, task = await lane.begin(transport)
        role = f"lane {lane.name}"
        await until(lambda: role in lane.status.roles and "0" in lane.status.roles[role].problems)
        await until(lambda: owner.held == list(range(1, PARTITIONS)))
        problem = lane.status.roles[role].problems["0"]
        owner.stop()
        await task
    return problem


@pytest.mark.parametrize("name", BREAKS)
async def test_a_state_that_nobody_can_read_halts_the_partition_until_mended(name: str, lane: LaneUnderTest) -> None:
    async with lane.working():
        await lane.deliver(lane.delivery(ANN, "withdraw"))
        await lane.settled(1)
    waiting = lane.delivery(BEN, "withdraw", 2)
    await lane.deliver(waiting)
    key, value = BREAKS[name](lane.delivery(ANN, "grant", 3))
    good = await last_value(lane, key)
    await write(lane, topics.lane_state(lane.name), key, value)
    with structlog.testing.capture_logs() as logs:
        reason, text = await halted(lane)
    assert reason == "state_unreadable"
    assert f"{topics.lane_state(lane.name)}[0]" in text
    assert (key.decode() in text) is (key != STRANGE and not key.endswith(b"x"))
    assert STRANGE.decode() not in f"{text}{logs}"
    assert len(await lane.outcomes()) == 1
    await write(lane, topics.lane_state(lane.name), key, good)
    async with lane.working():
        assert (await lane.settled(2))[1][:2] == (waiting.pid, "executed")


async def test_a_record_that_is_no_delivery_is_kept_and_told_and_the_others_go_on(lane: LaneUnderTest) -> None:
    bad = [b"garbage", b"", encode(entry_of(lane.delivery(ANN, "grant", 3)))]
    with structlog.testing.capture_logs() as logs:
        async with lane.working():
            await lane.deliver(*bad, lane.delivery(ANN, "withdraw"))
            assert [outcome for _, outcome, _ in await lane.settled(1)] == ["executed"]
            await until(lambda: len([line for line in logs if line.get("alarm") == "delivery_unreadable"]) == 3)
    letters = await lane.dead_letters()
    assert [SEALS.open_dead(letter.sealed, letter.origin) for letter in letters] == bad


async def test_what_another_key_has_sealed_halts_the_lane_and_what_was_changed_fails(lane: LaneUnderTest) -> None:
    changed = lane.delivery(ANN, "withdraw").changed(sealed=lane.delivery(BEN, "withdraw").sealed)
    foreign = lane.delivery(BEN, "withdraw", 2)
    theirs = Seals(bytes(32)).people.seal(b"[]", f"{foreign.pid}|{foreign.event_id}")
    role = f"lane {lane.name}"
    async with lane.working():
        await lane.deliver(changed, foreign.changed(sealed=theirs))
        assert (await lane.settled(1))[0][1:] == ("failed", "identities_do_not_open")
        await until(lambda: "vendor" in lane.status.roles[role].problems)
        reason, text = lane.status.roles[role].problems["vendor"]
    assert (reason, "CONSENT_RELAY_RELAY_KEY" in text) == ("auth_rejected", True)
    assert len(await lane.outcomes()) == 1
    mark = await lane.bookmark()
    assert mark
    assert mark.offset == 1
